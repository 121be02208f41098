"""TEMPL: parameter schemas can be used, and what they refuse is refused."""
