"""The two contracts that a server can be held to, and what the second one lets pass."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType


class Profile(StrEnum):
    """`published`: the document alone. `backstage`: what scaffolder-backend 4.2.0 does is allowed, too."""

    PUBLISHED = "published"
    BACKSTAGE = "backstage"

    def allows(self, allowance: "Allowance") -> bool:
        """Whether this profile lets a server behave so."""
        return allowance in ALLOWANCES[self]


class Allowance(Enum):
    """Where the real server differs from the published document, one difference each."""

    NO_LOGS = "there is no /logs"
    NO_COMPLETED_AT = "a finished task has no completedAt"
    CANCELLED_TASK_FAILS = "a cancelled task ends failed"
    LATE_CANCEL_IS_TOLD = "cancelling a finished task adds an event after the completion"
    MALFORMED_REF_IS_A_FAULT = "a malformed templateRef is answered 500"
    EMPTY_QUERY_IS_REFUSED = "an empty query value is answered 400"
    CONTENTS_ARE_REQUIRED = "a dry run without directoryContents is refused"
    NO_TEMPLATE_IS_A_FAULT = "a dry run of what is no template is answered 500"
    BARE_DRY_RUN = "log entries of a dry run have no type and its steps no status"
    LATE_HEADERS = "an event stream sends nothing, not even headers, before its first event"
    COMPLETION_AGAIN = "a finished task's stream sends the completion whatever `after` says"
    RECOVERABLE_STAYS_OPEN = "the stream of a recoverable task does not close"
    UNCHECKED_STREAM = "the query of an event stream is not validated"


ALLOWANCES: Mapping[Profile, frozenset[Allowance]] = MappingProxyType(
    {Profile.PUBLISHED: frozenset(), Profile.BACKSTAGE: frozenset(Allowance)}
)
