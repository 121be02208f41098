"""Regular expressions of JavaScript, matched under a budget."""
