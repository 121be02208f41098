"""Defects that the rules of `contracts/rules/consistency.py` notice."""
