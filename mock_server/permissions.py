"""What somebody may do: decisions by the name of a permission, as a permission policy of Backstage takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

CREATE = "scaffolder.task.create"
READ = "scaffolder.task.read"
CANCEL = "scaffolder.task.cancel"
DRY_RUN = "scaffolder.template.dry-run"
READ_PAGE = "scaffolder.template.parameter.read"
READ_STEP = "scaffolder.template.step.read"
EXECUTE = "scaffolder.action.execute"


class NotAllowed(Exception):
    """Somebody wants to do what they may not. The real server says no more than that."""

    def __init__(self) -> None:
        super().__init__("")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed: always, never, with tasks of one's own, or with what bears one of the tags."""

    result: Literal["allow", "deny", "own", "tagged"]
    tags: tuple[str, ...] = ()

    @property
    def is_conditional(self) -> bool:
        return self.result in {"own", "tagged"}


ALLOW = Decision("allow")


@dataclass(frozen=True, slots=True)
class Policy:
    """Decisions by permission. A name counts before a glob, a glob before those behind it; the rest is allowed."""

    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.decisions)

    def decision(self, permission: str) -> Decision:
        exact = self.decisions.get(permission)
        if exact is not None:
            return exact
        return next((each for glob, each in self.decisions.items() if fnmatchcase(permission, glob)), ALLOW)


@dataclass(frozen=True, slots=True)
class Permits:
    """What a policy allows to one user; nobody in particular owns nothing."""

    policy: Policy
    user: str | None = None

    def require(self, *permissions: str) -> None:
        """Raises NotAllowed unless all of them are allowed, if only under a condition."""
        if not all(map(self.may, permissions)):
            raise NotAllowed

    def may(self, permission: str) -> bool:
        """Whether it is allowed, if only under a condition."""
        return not self.policy or self.policy.decision(permission).result != "deny"

    def require_with_task(self, created_by: str | None, *permissions: str) -> None:
        """Raises NotAllowed unless all of them are allowed with a task of this creator."""
        if self.policy and not all(self.may_with_task(each, created_by) for each in permissions):
            raise NotAllowed

    def may_with_task(self, permission: str, created_by: str | None) -> bool:
        decision = self.policy.decision(permission)
        return decision.result == "allow" or (
            decision.result == "own" and created_by is not None and created_by == self.user
        )

    def creators(self, permission: str) -> frozenset[str] | None:
        """Whose tasks it is allowed with, None for everybody's. Raises NotAllowed if with nobody's."""
        decision = self.policy.decision(permission) if self.policy else ALLOW
        if decision.result == "allow":
            return None
        if decision.result == "own":
            return frozenset() if self.user is None else frozenset({self.user})
        raise NotAllowed

    def parts(self, permission: str, parts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The pages or steps of a template that it is allowed with."""
        decision = self.policy.decision(permission)
        if decision.result == "tagged":
            return [part for part in parts if not _tags(part).isdisjoint(decision.tags)]
        return list(parts) if decision.result == "allow" else []


EVERYTHING = Permits(Policy())


def _tags(part: Mapping[str, Any]) -> frozenset[str]:
    marks = part.get("backstage:permissions")
    tags = marks.get("tags") if isinstance(marks, Mapping) else None
    return frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else frozenset()
