"""Entity references, `[kind:][namespace/]name`, as templates are named by."""


def template_path(ref: str) -> dict[str, str]:
    """The path parameters that the reference of a template stands for."""
    kind, _, rest = ref.rpartition(":")
    namespace, _, name = rest.rpartition("/")
    return {"namespace": namespace or "default", "kind": kind or "template", "name": name}
