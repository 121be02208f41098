"""Tasks in bulk, as if a company had used its portal for weeks: everything in them follows from a seed."""
