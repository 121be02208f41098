"""What an answer gives away that is nobody's business outside: code, files and queries of the server."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# Each begins with something fixed and repeats within bounds: what they search is what hostile texts come back in.
INNARDS: Mapping[str, re.Pattern[str]] = {
    "a Python stack trace": re.compile(r"Traceback \(most recent call last\)|File \"[^\"\n]{1,300}\.py\", line \d"),
    "a JavaScript stack trace": re.compile(
        r"\bat (?:async )?(?:[\w.<>$\[\] ]{1,120} \()?(?:file://|node:|/|[A-Za-z]:\\)[^\s()]{1,300}:\d+:\d"
    ),
    "a Java stack trace": re.compile(
        r"\bat [\w$.]{1,200}\([\w$]{1,80}\.(?:java|kt|scala):\d|\bjava\.lang\.\w{1,80}(?:Exception|Error)"
    ),
    "a Go stack trace": re.compile(r"\bgoroutine \d{1,9} \[|\bruntime error: "),
    "a .NET stack trace": re.compile(r"\bat [\w.]{1,200}\([^)\n]{0,200}\) in |\bSystem\.\w{1,80}Exception\b"),
    "a Ruby stack trace": re.compile(r"\.rb:\d{1,6}:in "),
    "a PHP stack trace": re.compile(r"\bStack trace:\s{0,8}#0|\.php(?: on line |:)\d|PHP Fatal error"),
    "a Rust stack trace": re.compile(r"\bthread '[^'\n]{1,80}' panicked at\b|\.rs:\d{1,6}:\d"),
    "a path on the server": re.compile(
        r"/(?:node_modules|site-packages|dist-packages)/|\bENOENT: no such file or directory, \w{1,20} '/|"
        r"(?<![\w.])/(?:usr/(?:local/)?lib|var/www|home/\w{1,80}|root)/[\w.-]"
    ),
    "a database error": re.compile(
        r"\bSQLITE_[A-Z]|\bsqlite3\.\w{0,20}Error|\bpsycopg2?\.|\bSQLSTATE\[|\bORA-\d{5}\b|"
        r"You have an error in your SQL syntax|syntax error at or near|\bMongo(?:Server)?Error\b|"
        r"near \"[^\"\n]{0,80}\": syntax error|\bPG::\w{1,40}Error|invalid input syntax for (?:type )?\w"
    ),
    "a query": re.compile(
        r"\bselect\b[^\n]{1,200}\bfrom\b[^\n]{1,200}\bwhere\b[^\n]{1,200}(?:=|\blike\b|\bin\b)", re.IGNORECASE
    ),
    "an address in memory": re.compile(r"<[\w.]{1,80} object at 0x[0-9a-f]{6}"),
}
FILES: Mapping[str, re.Pattern[str]] = {
    "the user list of the machine": re.compile(r"\broot:[^:\n]{0,80}:0:0:"),
    "a file of the machine": re.compile(r"; for 16-bit app support"),
}


def innards_in(body: str, sent: str) -> Iterator[str]:
    """What of the server's innards stands in this answer, in so many words, and was not sent to it."""
    yield from _found(INNARDS, body, sent)


def files_in(body: str, sent: str) -> Iterator[str]:
    """Which files of the machine stand in this answer and were not sent to it."""
    yield from _found(FILES, body, sent)


def texts_of(value: Any) -> str:
    """Everything that is text in a JSON value, line by line."""
    return "\n".join(_texts(value))


def without_stack(body: Any) -> Any:
    """An error body without `error.stack`: a server that is being developed shows it on purpose."""
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        return {**body, "error": {name: value for name, value in body["error"].items() if name != "stack"}}
    return body


def _found(patterns: Mapping[str, re.Pattern[str]], body: str, sent: str) -> Iterator[str]:
    for name, pattern in patterns.items():
        match = next((match for match in pattern.finditer(body) if match.group() not in sent), None)
        if match:
            yield f"{name}: {json.dumps(match.group()[:100])}"


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting.extend((*found.keys(), *found.values()))
        elif isinstance(found, list):
            waiting.extend(found)
