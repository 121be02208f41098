"""Defects that the rules of `contracts/rules/stream.py` notice."""
