"""A module for each parser: what it may raise, and what must hold of what it reads."""
