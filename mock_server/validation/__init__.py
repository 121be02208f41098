"""Checking values against the schemas of templates, with the errors that Backstage reports.

Backstage validates with the npm package `jsonschema`, whose dialect mixes drafts 3 to 7 and converts what
a schema holds as JavaScript does. That dialect is spoken here: a schema is walked in the order of its
keys, `assertions`, `composition` and `containers` say what each keyword means and how it complains, and
`budget` bounds what a schema from a stranger may cost. Nothing outside a schema is ever fetched.

No library's errors are translated here: whichever draft is taken, Python's `jsonschema` finds other errors, or finds
them at other places, for 26 of these 34 keywords, and it bounds no work.
"""

from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.report import stacks, validate, validate_secrets

__all__ = ["InvalidSchema", "stacks", "validate", "validate_secrets"]
