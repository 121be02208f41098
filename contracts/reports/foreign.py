"""Text that the target wrote, made safe to show: nothing in it moves a cursor, and it is never too long."""

import re

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# What build servers take for a command, wherever it stands in a line: `##[group]`, `##vso[task]`.
_COMMAND = re.compile(r"##(?=\w*\[)")


def visible(text: str, longest: int, *, keep: str = "") -> str:
    """The text with everything that is not printable written as an escape, except the characters to keep; what is
    beyond the longest length is counted instead."""
    shown, beyond = text[:longest], len(text) - longest
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() or c in keep else _escaped(c) for c in shown)
    shown = _COMMAND.sub("# #", shown)
    return f"{shown}... ({beyond:,} more characters)" if beyond > 0 else shown


def visible_bytes(content: bytes, longest: int) -> str:
    """A body as text of several lines; bytes that are not UTF-8 are written as escapes."""
    # No character takes more than four bytes; one that is cut in half is not shown.
    kept = content[: 4 * longest]
    if len(kept) < len(content):
        kept = kept[: len(kept) - _half_a_character(kept)]
    text = kept.decode("utf-8", "backslashreplace")
    beyond = len(content) - len(kept)
    if beyond or len(text) > longest:
        return f"{visible(text[:longest], longest, keep=LINES)}... (of {len(content):,} bytes)"
    return visible(text, longest, keep=LINES)


LINES = "\n\t"


def _half_a_character(content: bytes) -> int:
    for back in range(1, min(4, len(content)) + 1):
        byte = content[-back]
        if byte & 0xC0 != 0x80:
            needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return back if needed > back else 0
    return 0


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
