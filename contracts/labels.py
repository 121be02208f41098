"""What the variations of a request are called: probes write it on exchanges, and rules tell them apart by it."""

from typing import Final

THERE: Final = "of what is there"
NOT_THERE: Final = "of what is not there"
WRONG_IN_ITSELF: Final = "of a request that is wrong in itself"
OTHER_SPELLING: Final = "by another spelling of the path"
IN_THE_QUERY: Final = "with the token in the query"

EMPTY: Final = "empty"
NOBODY: Final = "nobody"
OTHER_CASE: Final = "in another case"
NO_INTEGER: Final = "no integer"
DOUBTFUL_INTEGER: Final = "hardly an integer"
INTEGER: Final = "an integer"
HUGE_INTEGER: Final = "an integer that fits nowhere"

NOT_JSON_AT_ALL: Final = "not JSON"
OTHER_MEDIA_TYPE: Final = "JSON under another media type"
MALFORMED_REF: Final = "a malformed reference"
OTHER_KIND: Final = "a reference to no template"

PAGE: Final = "a page"
PAGED_WHOLE: Final = "all pages"
ORDERED: Final = "in order"
STATUSES: Final = "by status"
TOTAL: Final = "in all"
MALFORMED_PAGE: Final = "no page"

UNKNOWN_PROVIDER: Final = "an unknown provider"
NO_CREDENTIALS: Final = "no token of the provider"
