"""STREAM: an event stream tells everything, once, in order, as it happens, and ends."""
