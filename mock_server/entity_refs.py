"""Entity references: `[kind:][namespace/]name`, read as Backstage's catalog model reads them."""

import json
from dataclasses import dataclass

DEFAULT_NAMESPACE = "default"


class MalformedEntityRef(ValueError):
    """A text that is no entity reference; the message is the real server's."""


class EmptyEntityRef(MalformedEntityRef):
    """No text at all, which the real server calls an error of another class."""

    def __init__(self) -> None:
        super().__init__("Entity reference must not be empty")


class KindlessEntityRef(MalformedEntityRef):
    """A reference without a kind where none is taken for granted; another class of error on the real server, too."""

    def __init__(self, text: str) -> None:
        quoted = json.dumps(text, ensure_ascii=False)
        super().__init__(
            f'Entity reference {quoted} had missing or empty kind (e.g. did not start with "component:" or similar)'
        )


@dataclass(frozen=True, slots=True)
class EntityRef:
    """A reference with the casing it was written in. `str` gives the canonical, lower-case form."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}".lower()


def parse_entity_ref(text: str, *, default_kind: str, default_namespace: str = DEFAULT_NAMESPACE) -> EntityRef:
    """Read a reference. Raises MalformedEntityRef for an empty text or part, or if there is no kind."""
    kind, namespace, name = split_entity_ref(text)
    kind = default_kind if kind is None else kind
    if not kind:
        raise KindlessEntityRef(text)
    return EntityRef(kind, default_namespace if namespace is None else namespace, name)


def split_entity_ref(text: str) -> tuple[str | None, str | None, str]:
    """The kind and the namespace of a reference, None where it has none, and the name. Raises MalformedEntityRef."""
    if not text:
        raise EmptyEntityRef
    before, colon, rest = text.partition(":")
    # A colon behind a slash belongs to the name.
    kind, rest = (before, rest) if colon and "/" not in before else (None, text)
    before, slash, after = rest.partition("/")
    namespace, name = (before, after) if slash else (None, rest)
    if kind == "" or namespace == "" or not name:
        raise MalformedEntityRef(f'Entity reference "{text}" was not on the form [<kind>:][<namespace>/]<name>')
    return kind, namespace, name
