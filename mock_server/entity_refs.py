"""Entity references: `[kind:][namespace/]name`, read as Backstage's catalog model reads them."""

from dataclasses import dataclass


class MalformedEntityRef(ValueError):
    """A text that is no entity reference; the message is the real server's."""


class EmptyEntityRef(MalformedEntityRef):
    """No text at all, which the real server calls an error of another class."""

    def __init__(self) -> None:
        super().__init__("Entity reference must not be empty")


@dataclass(frozen=True, slots=True)
class EntityRef:
    """A reference with the casing it was written in. `str` gives the canonical, lower-case form."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}".lower()


def parse_entity_ref(text: str, *, default_kind: str, default_namespace: str = "default") -> EntityRef:
    """Read a reference. Raises MalformedEntityRef for an empty text or an empty part."""
    if not text:
        raise EmptyEntityRef
    before, colon, rest = text.partition(":")
    kind, rest = (before, rest) if colon else (default_kind, text)
    before, slash, after = rest.partition("/")
    namespace, name = (before, after) if slash else (default_namespace, rest)
    if not (kind and namespace and name):
        raise MalformedEntityRef(f'Entity reference "{text}" was not on the form [<kind>:][<namespace>/]<name>')
    return EntityRef(kind, namespace, name)
