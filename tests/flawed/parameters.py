"""Defects that the rules of `contracts/rules/parameters.py` notice."""
