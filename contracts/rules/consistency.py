"""CONS: all views of a task agree, and what was sent comes back, except secrets."""
