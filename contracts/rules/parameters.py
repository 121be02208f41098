"""PARAM: filters filter, positions are exclusive, and what the document does not allow is refused."""
