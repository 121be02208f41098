"""A world as one JSON document, and a world made of one."""
