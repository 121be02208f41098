"""Defects that the rules of `contracts/rules/schema.py` notice."""
