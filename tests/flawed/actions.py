"""Defects that the rules of `contracts/rules/actions.py` notice."""
