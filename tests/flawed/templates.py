"""Defects that the rules of `contracts/rules/templates.py` notice."""
