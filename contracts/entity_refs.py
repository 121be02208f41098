"""Entity references, `[kind:][namespace/]name`, as templates are named by."""


def template_path(ref: str) -> dict[str, str]:
    """The path parameters that the reference of a template stands for."""
    # A colon behind the slash belongs to the name.
    before, colon, after = ref.partition(":")
    kind, rest = (before, after) if colon and "/" not in before else ("", ref)
    namespace, slash, name = rest.partition("/")
    if not slash:
        namespace, name = "", rest
    return {"namespace": namespace or "default", "kind": kind or "template", "name": name}


def full_ref(ref: str) -> str:
    """The reference of a template with everything that it may leave out, in lower case."""
    return "{kind}:{namespace}/{name}".format(**template_path(ref)).lower()
