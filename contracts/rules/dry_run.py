"""DRY: a dry run has a complete result and no side effect."""
