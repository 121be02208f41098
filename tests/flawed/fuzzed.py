"""Defects that the rules of `contracts/rules/fuzzed.py` notice."""
