"""STATUS: codes and content types, documented and undocumented."""
