"""Defects that the rules of `contracts/rules/auth.py` notice."""
