"""Defects that the rules of `contracts/rules/robustness.py` notice."""
