"""Defects that the rules of `contracts/rules/concurrency.py` notice."""
