"""The two contracts that a server can be held to, and what the second one lets pass."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType


class Profile(StrEnum):
    """`published`: the published document alone. `backstage`: the document with the overlay, and a server may differ
    from what was published as the real one does where its clients can live with that."""

    PUBLISHED = "published"
    BACKSTAGE = "backstage"

    def allows(self, allowance: "Allowance") -> bool:
        """Whether this profile lets a server behave so."""
        return allowance in ALLOWANCES[self]


class Allowance(Enum):
    """Where the real server differs from the published document, one difference each.

    What is a plain mistake of the real server is not allowed: the rule that is about it objects, and
    `known/backstage-4.2.0.yaml` says so. Other rules let such a mistake pass, so that it is told once.
    """

    NO_LOGS = "there is no /logs"
    NO_COMPLETED_AT = "a finished task has no completedAt"
    CANCELLED_TASK_FAILS = "a cancelled task ends failed"
    LATE_CANCEL_IS_TOLD = "cancelling a finished task adds an event after the completion (LIFE-14 objects)"
    MALFORMED_REF_IS_A_FAULT = "a malformed templateRef is answered 500 (PARAM-12 objects)"
    EMPTY_QUERY_IS_REFUSED = "an empty query value is answered 400"
    CONTENTS_ARE_REQUIRED = "a dry run without directoryContents is refused"
    BARE_DRY_RUN = "log entries of a dry run have no type and its steps no status"
    LATE_HEADERS = "an event stream sends nothing, not even headers, before its first event"
    COMPLETION_AGAIN = "a finished task's stream sends the completion whatever `after` says"
    COMPLETION_FOR_EVER = "the stream of a recoverable task that has ended repeats the completion"


ALLOWANCES: Mapping[Profile, frozenset[Allowance]] = MappingProxyType(
    {Profile.PUBLISHED: frozenset(), Profile.BACKSTAGE: frozenset(Allowance)}
)
