"""The catalog plugin, as far as it is read."""
