"""A request as a command line: what a reader pastes into a shell to see the same answer."""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from contracts.exchange import Exchange, Request
from contracts.redaction import TOKEN_PLACEHOLDER, placeholder
from contracts.target import Target

# A longer body is no argument that anybody reads: it goes into a file.
LONGEST_ARGUMENT = 2_000
STREAMS = "getTaskEventStream"

_PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_HARMLESS_IN_DOUBLE_QUOTES = re.compile(r"[\w@%+=:;,./ *()<>{}&|~-]*", re.ASCII)
_DOT_SEGMENT = re.compile(r"/\.\.?(/|$)")
_GLOB = re.compile(r"[\[\]{}]")
# What a build server would take for a command of its own, read in a log.
_COMMAND = re.compile(r"##(?=\w*\[)")
_WORD = re.compile(r"\w", re.ASCII)


def curl(exchange: Exchange, target: Target, *, longest: int | None = None) -> str:
    """One line for a POSIX-like shell which sends the request again. It asks the shell for the token as `$TOKEN`, and
    for what the user's own headers say as `$HEADER_NAME`. A stream is read as it comes. A line that is longer than the
    longest is a remark instead: half a command is none."""
    request = exchange.request
    url = url_of(exchange, target)
    variables = (TOKEN_PLACEHOLDER, *(placeholder(name) for name, _ in target.headers))
    before, body, remark = _body(exchange)
    words = [
        f"{before}curl --include",
        *_method(request),
        *(["--no-buffer"] if exchange.operation == STREAMS else []),
        *(["--path-as-is"] if _DOT_SEGMENT.search(request.path) else []),
        *(["--globoff"] if _GLOB.search(url) else []),
        *_certificate(target.verify),
        *(f"--header {_header(name, value, variables)}" for name, value in _headers(exchange)),
        *body,
        quoted(url),
    ]
    command = " ".join(words) + remark
    if longest is not None and len(command) > longest:
        return f"# the command has {len(command):,} characters: report.json holds it"
    return command


def url_of(exchange: Exchange, target: Target) -> str:
    """The address of the request, as sent."""
    query = urlencode(exchange.request.query, errors="surrogatepass")
    return f"{target.base_url}{exchange.request.path}{'?' if query else ''}{query}"


def body_file(exchange: Exchange) -> str | None:
    """The name of the file that the command line reads the body from; None if it holds the body itself."""
    body = exchange.request.body
    return f"request-{exchange.number}.body" if body is not None and len(body) > LONGEST_ARGUMENT else None


def quoted(text: str) -> str:
    """The text as one word of the shell."""
    if _PLAIN.fullmatch(text):
        return text
    if text.isprintable():
        return "'" + _COMMAND.sub("#''#", text.replace("'", "'\\''")) + "'"
    return "$'" + _COMMAND.sub("#\\\\x23", "".join(_ansi_c(character) for character in text)) + "'"


def _method(request: Request) -> Iterable[str]:
    if request.method == "HEAD":
        return ["--head"]
    is_default = request.method == "GET" and request.body is None
    return [] if is_default else [f"--request {quoted(request.method)}"]


def _certificate(verify: bool | str) -> Iterable[str]:
    if isinstance(verify, str):
        return [f"--cacert {quoted(verify)}"]
    return [] if verify else ["--insecure"]


def _headers(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield from exchange.request.headers
    names = {name.lower() for name, _ in exchange.request.headers}
    if exchange.request.body is not None and "content-type" not in names:
        # Else curl sends one of its own.
        yield "Content-Type", ""


def _header(name: str, value: str, variables: Iterable[str]) -> str:
    if not value:
        # For curl, `Name:` takes a header of its own away and `Name;` sends one without a value.
        return quoted(f"{name}:" if name == "Content-Type" else f"{name};")
    text = f"{name}: {value}"
    found = [re.escape(variable) for variable in sorted(variables, key=len, reverse=True) if variable in text]
    if not found:
        return quoted(text)
    parts = re.split(f"({'|'.join(found)})", text)
    literal, named = parts[::2], parts[1::2]
    if all(_HARMLESS_IN_DOUBLE_QUOTES.fullmatch(part) for part in literal):
        expanded = [
            f"${{{name[1:]}}}" if _WORD.match(after) else name for name, after in zip(named, literal[1:], strict=True)
        ]
        return '"' + "".join(a + b for a, b in zip(literal, [*expanded, ""], strict=True)) + '"'
    words = [quoted(part) if part else "" for part in literal]
    return "".join(a + b for a, b in zip(words, [*(f'"{name}"' for name in named), ""], strict=True))


def _body(exchange: Exchange) -> tuple[str, Iterable[str], str]:
    """What goes before `curl`, the option, and a remark at the end."""
    body = exchange.request.body
    if body is None:
        return "", [], ""
    file = body_file(exchange)
    if file is not None:
        remark = f"  # {file}: {len(body):,} bytes, written by --report-dir"
        return "", [f"--data-binary @{file}"], remark
    text = _text(body)
    if text is None:
        encoded = base64.b64encode(body).decode()
        return f"printf %s {quoted(encoded)} | base64 --decode | ", ["--data-binary @-"], ""
    # A leading @ would name a file.
    option = "--data-raw" if text.startswith("@") else "--data-binary"
    return "", [f"{option} {quoted(text) if text else _EMPTY}"], ""


_EMPTY = "''"


def _text(body: bytes) -> str | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(character.isprintable() or character in "\n\r\t" for character in text) else None


def _ansi_c(character: str) -> str:
    if character in _ANSI_C:
        return _ANSI_C[character]
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))


_ANSI_C = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
