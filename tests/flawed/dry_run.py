"""Defects that the rules of `contracts/rules/dry_run.py` notice."""
