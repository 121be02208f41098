"""Queries: whatever was sent has a meaning, and for what every client writes it is the usual one."""

import json
import math
import re
from collections.abc import Iterator
from urllib.parse import parse_qs

from mock_server.query import MAX_PARAMETERS, coerce_number, parse_query
from tests.fuzzing.target import DATA, Target, bytes_of, text_of

# Without brackets, broken escapes and characters that are not ASCII, of which qs has ideas of its own.
_USUAL = re.compile(r"(?:[A-Za-z0-9_.~+:/-]|%[2-7][0-9A-Fa-f]|[=&])*", re.ASCII)
_BRACKET = re.compile("%5[bBdD]")


def check(data: bytes) -> None:
    text = text_of(data)
    parameters = parse_query(text)
    for name, value in parameters.items():
        assert name
        assert isinstance(value, str) or value == () or (isinstance(value, list) and value)
        number = coerce_number(value)
        assert number is None or (isinstance(number, int | float) and not isinstance(number, bool))
        assert not isinstance(number, float) or math.isfinite(number)
    if _USUAL.fullmatch(text) and not _BRACKET.search(text) and text.count("&") < MAX_PARAMETERS:
        usual = {name: values for name, values in parse_qs(text, keep_blank_values=True).items() if name}
        assert {name: [value] if isinstance(value, str) else value for name, value in parameters.items()} == usual


def seeds() -> Iterator[bytes]:
    yield from map(bytes_of, ("a=1&a=2&b=", "a[]=1&a[]=2", "a[1]=x&a[0]=y", "a%5B0%5D=%zz&c[d][e]=1", "n=0x1F&m=+1e1"))
    with (DATA / "data" / "recorded_requests.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            _, has_query, query = json.loads(line)["path"].partition("?")
            if has_query:
                yield bytes_of(query)


TARGET = Target(
    "queries",
    check,
    seeds,
    ("[]=", "[0]=", "[999]=", "]=", "%5B", "%5D", "%E2%82%AC", "%ff", "order=", "limit=", "after=", "1e999", "0x", "+"),
)
