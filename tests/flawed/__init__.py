"""Small defects of real implementations, each a function that wraps the mock application."""
