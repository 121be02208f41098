"""SCHEMA: every documented field that a client relies on is there, with the right type and format."""
