"""Strings in YAML as the `yaml` package of npm writes them: plain where they may be, else in quotes or as a block."""

import json
import re

from mock_server.actions.yaml_folding import WIDTH, Overflow, fold, fold_block, fold_quoted, units

_UNFIT_FOR_PLAIN = re.compile(
    "^[\n\t ,\\[\\]{}#&*!|>'\"%@`]|^[?-]\\Z|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]\\Z"
)
_READ_AS_SOMETHING_ELSE = re.compile(
    r"""
    ~|[Nn]ull|NULL| |[Tt]rue|TRUE|[Ff]alse|FALSE|
    0o[0-7]+|[-+]?[0-9]+|0x[0-9a-fA-F]+|
    [-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN|
    [-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+|
    [-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)
    """,
    re.VERBOSE,
)
_DOCUMENT_MARKER = re.compile(r"(?:\A|[\n\u2028\u2029])(?:%|---|\.\.\.)")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANK_END = re.compile("\n[\t ]+\\Z")
_SPACE_AT_LINE_BREAK = re.compile("[ \t]\n|\n[ \t]")
_FURTHER_LINE = re.compile("(?:\\A|\n)([\t ][^\n\u2028\u2029]*)")
_FILLED = re.compile("[^\n\t ]")
_LINE_BREAKS = re.compile("\n+")
_ESCAPE = re.compile(r" \\n|\\(?:u([0-9a-f]{4})|.)")
_NAMED = {"0000": "\\0", "0007": "\\a", "000b": "\\v", "001b": "\\e"}
# JSON texts shorter than this keep their line breaks as escapes.
_SHORTEST_SPREAD = 40


def key_text(key: str, *, is_at_root: bool) -> str:
    """A key, on one line."""
    if "\n" in key or _UNPRINTABLE.search(key):
        return _escaped(key)
    is_marker = is_at_root and _DOCUMENT_MARKER.search(key) is not None
    return _in_quotes(key) if is_marker or not _may_be_plain(key) else key


def string_text(text: str, indent: str, column: int | None) -> str:
    """A value that begins at `column` and goes on behind `indent`; it begins with a line break if it has no room."""
    if _UNPRINTABLE.search(text):
        return _double_quoted(text, indent, column)
    if "\n" in text:
        return _block(text, indent, column)
    if _may_be_plain(text):
        return fold(text, indent, column)
    if _prefers_double(text):
        return _double_quoted(text, indent, column)
    return fold(_in_quotes(text), indent, column)


def _may_be_plain(text: str) -> bool:
    return not (not text or _UNFIT_FOR_PLAIN.search(text) or _READ_AS_SOMETHING_ELSE.fullmatch(text))


def _prefers_double(text: str) -> bool:
    return '"' not in text or "'" in text


def _in_quotes(text: str) -> str:
    return _escaped(text) if _prefers_double(text) else "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    """A string in double quotes, with all its line breaks as escapes."""
    return _ESCAPE.sub(_shortened, json.dumps(text, ensure_ascii=False))


def _shortened(escape: re.Match[str]) -> str:
    code = escape[1]
    if code is None:
        # A reader takes spaces before a line break away.
        return escape[0].replace(" ", "\\ ")
    return _NAMED.get(code) or ("\\x" + code[2:] if code.startswith("00") else escape[0])


def _double_quoted(text: str, indent: str, column: int | None) -> str:
    written = _escaped(text)
    if "\n" in text and len(units(json.dumps(text, ensure_ascii=False))) >= _SHORTEST_SPREAD:
        written = _spread(text, indent)
    return fold_quoted(written, indent, column)


def _spread(text: str, indent: str) -> str:
    """A string in double quotes over several lines; a reader takes one line break away from each run of them."""
    body = text.rstrip("\n")
    kept = text[len(body) :]
    # Only the last of the line breaks at the end stays an escape.
    head, last = (text[:-1], "\\n") if kept else (text, "")
    parts = re.split("(\n+)", head)
    written = ""
    for index, part in enumerate(parts):
        if index % 2:
            written += "\n" * (len(part) + 1) + indent
            continue
        line = _escaped(part)[1:-1]
        is_whole = index + 1 == len(parts) and not last
        if index and line.startswith(" "):
            line = "\\" + line
        if not is_whole and line.endswith(" "):
            line = line[:-1] + "\\ "
        written += line
    return f'"{written}{last}"'


def _block(text: str, indent: str, column: int | None) -> str:
    if _BLANK_END.search(text):
        return _several_quoted_lines(text, indent, column)
    body = text.rstrip("\n\t ")
    end = text[len(body) :]
    if "\n" not in end:
        chomp = "-"
    elif not body or end.index("\n") != len(end) - 1:
        chomp = "+"
    else:
        chomp = ""
    lead = body[: len(body) - len(body.lstrip(" \n"))]
    start = lead[: lead.rfind("\n") + 1]
    body = body[len(start) :]
    header = ("2" if " " in lead else "") + chomp
    start = _LINE_BREAKS.sub(lambda found: found[0] + indent, start)
    end = re.sub("(?:^|(?<!\n))\n+(?!\n|\\Z)", lambda found: found[0] + indent, end.removesuffix("\n"))
    if any(len(units(line)) > WIDTH - len(indent) for line in text.split("\n")):
        try:
            return f">{header}\n{indent}{fold_block(start + _loose(body, indent) + end, indent)}"
        except Overflow:
            pass
    body = _LINE_BREAKS.sub(lambda found: found[0] + indent, body)
    return f"|{header}\n{indent}{start}{body}{end}"


def _loose(text: str, indent: str) -> str:
    """The body of a folded block, whose line breaks count one less; lines that are indented further are not folded."""
    doubled = _LINE_BREAKS.sub(lambda found: "\n" + found[0], text)
    parts, place, filled = list[str](), 0, -1
    while further := _FURTHER_LINE.search(doubled, place):
        parts += (doubled[place : further.start()], further[1])
        place = further.end()
        # What is found once serves all lines before it, so that a text of blank lines is read once.
        if filled < place:
            found = _FILLED.search(doubled, place)
            filled = found.start() if found else len(doubled)
        if filled > place and doubled[filled - 1] == "\n":
            parts.append(doubled[place : filled - 1])
            place = filled
    return _LINE_BREAKS.sub(lambda found: found[0] + indent, "".join(parts) + doubled[place:])


def _several_quoted_lines(text: str, indent: str, column: int | None) -> str:
    if _prefers_double(text) or _SPACE_AT_LINE_BREAK.search(text):
        return _double_quoted(text, indent, column)
    lines = _LINE_BREAKS.sub(lambda found: found[0] + "\n" + indent, text.replace("'", "''"))
    return fold(f"'{lines}'", indent, column)
