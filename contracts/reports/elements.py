"""XML and HTML as trees: whatever a text holds, it stays a text."""

from xml.etree.ElementTree import Element

Child = Element | str | None


def element(tag: str, *children: Child, **attributes: str | None) -> Element:
    """An element with its children in order. In the name of an attribute, a trailing underscore is dropped and others
    are hyphens; an attribute or a child that is None is left out."""
    made = Element(
        tag,
        {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None},
    )
    for child in children:
        if isinstance(child, str):
            _add_text(made, child)
        elif child is not None:
            made.append(child)
    return made


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        last = parent[-1]
        last.tail = (last.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
