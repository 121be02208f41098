"""Defects that the rules of `contracts/rules/status.py` notice."""
