"""The one way in which validating can be refused."""


class InvalidSchema(Exception):
    """The schema cannot be applied: it is malformed, or applying it would cost too much."""
