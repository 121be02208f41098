"""JavaScript's notions, on which templates and the validation of values depend: numerals, keys, undefined."""
