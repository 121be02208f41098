"""What is sent to see whether a server keeps its countenance: texts, numbers, paths, queries, headers and bodies.

Data only. In each table, the most telling come first: a quick run sends no more than these. Nothing here creates a
task, reaches another host or costs a sound server more than a moment.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

NO_SUCH_TEMPLATE = "template:default/contract-tests-no-such-template"
# A header of this name comes back only from a server that puts what it was sent into its own headers.
INJECTED_HEADER = "x-contract-tests-injected"
# Stands in an answer only if the server ran what it should have shown: it is never sent in one piece.
ESCAPED = "contract-tests-escaped"
MARKUP = "<script>contractTests()</script>"

TEXTS: Mapping[str, str] = {
    "NUL": "contract-tests\0",
    "quotes": 'it\'s "contract-tests" \\',
    "SQL": "' OR '1'='1",
    "markup": MARKUP,
    "a header of its own": f"contract-tests\r\n{INJECTED_HEADER}: yes\r\n\r\n{MARKUP}",
    "emoji": "😀 contract‍tests \u202e é\u0301\u0301",
    "a way out": "../../../../../../etc/passwd",
    "a name of the language": "__proto__",
    "a format": "%s%n%x%d {0} {0.__class__} {} $1",
    "an expression": "${{ 7 * 191 }}{{ 7 * 191 }}<%= 7 * 191 %>#{7 * 191}",
    "long": "a" * 10_000,
    "a wildcard": "%",
    "another wildcard": "*",
    "SQL with a comment": "x'; SELECT 1; --",
    "SQL with a union": "' UNION SELECT NULL, NULL, NULL --",
    "NoSQL": '{"$gt": ""}',
    "LDAP": "*)(uid=*))(|(uid=*",
    "a shell": "; echo contract-tests | cat `echo` $(echo)",
    "control characters": "\x01\x07\x08\x1b[31m\x7f",
    "line separators": "a\nb\r\nc\x0bd\x85e\u2028f",
    "no characters": "\uffff\ufdd0\U0010ffff",
    "casing that changes the length": "İıſßŉKﬃ",
    "right to left": "\u200f\u202e\u2066خادم\u2069",
    "a heap of accents": "e" + "\u0301" * 500,
    "only a blank": " ",
    "only a tab": "\t",
    "backslashes": "..\\..\\windows\\win.ini",
    "slashes": "a//b/c/",
    "colons": "::::",
    "a constructor": "constructor",
    "a method": "toString",
    "nothing in JavaScript": "undefined",
    "a number": "1e400",
    "many digits": "9" * 400,
    "almost an email address": "a" * 3_000 + "!",
    "a drive": "C:\\CON",
}

NUMBERS: Mapping[str, str] = {
    "no number": "contract-tests",
    "beyond 64 bits": "9223372036854775808",
    "beyond all floats": "1e400",
    "empty": "",
    "NUL": "1\0",
    "SQL": "1 OR 1=1",
    "many digits": "9" * 400,
    "far below zero": "-9223372036854775809",
    "not a number": "NaN",
    "infinity": "Infinity",
    "a fraction": "1.5",
    "hexadecimal": "0x10",
    "grouped": "1_000",
    "a list": "1,2",
    "null": "null",
    "true": "true",
    "in brackets": "[]",
    "an object": "{}",
    "a blank": " ",
    "other digits": "\u0661",
    "5,000 blanks": " " * 5_000 + "x",
}

# Below the base URL, as sent. What they reach, if anything, is up to the server.
PATHS: Mapping[str, str] = {
    "not UTF-8": "/v2/tasks/%ff",
    "an encoding that ends too soon": "/v2/tasks/%",
    "no encoding": "/v2/tasks/%zz",
    "overlong UTF-8": "/v2/tasks/%c0%ae%c0%ae%c0%af",
    "a surrogate": "/v2/tasks/%ed%a0%80",
    "half an encoding": "/v2/tasks/%2",
    "encoded twice": "/v2/tasks/%252e%252e%252f",
    "encoded as it never was": "/v2/tasks/%u0041",
    "not UTF-8, in a stream": "/v2/tasks/%ff/eventstream",
    "not UTF-8, in the log": "/v2/tasks/%ff/logs",
    "not UTF-8, in a template": "/v2/templates/%ff/%fe/%fd/parameter-schema",
    "up": "/v2/tasks/../actions",
    "up, encoded": "/v2/tasks/%2e%2e/actions",
    "up, half encoded": "/v2/tasks/..%2factions",
    "far up": "/../../../../../../etc/passwd",
    "far up, encoded": "/v2/tasks/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "where it is": "/v2/tasks/.",
    "two slashes": "/v2//tasks",
    "slashes first": "//v2/tasks",
    "slashes last": "/v2/tasks//",
    "an empty name": "/v2/templates/default/template//parameter-schema",
    "backslashes": "/v2/tasks/%5c..%5c..",
    "a path parameter": "/v2/tasks;jsessionid=1",
    "braces": "/v2/tasks/{taskId}",
    "only NUL": "/%00",
    "many segments": "/v2/tasks" + "/a" * 1_500,
    "long, encoded": "/v2/tasks/" + "%41" * 2_500,
}

# After the question mark, as sent.
QUERIES: Mapping[str, str] = {
    "not UTF-8": "createdBy=%ff",
    "an encoding that ends too soon": "createdBy=%",
    "the same twice": "createdBy=a&createdBy=b",
    "no encoding": "createdBy=%zz",
    "no value": "createdBy",
    "no name": "=x",
    "only ampersands": "&&&&",
    "a list in brackets": "createdBy[]=a&createdBy[0]=b",
    "an object in brackets": "createdBy[a][b]=c",
    "a prototype": "createdBy[__proto__][contractTests]=x&__proto__[contractTests]=x",
    "question marks": "??createdBy=a?b",
    "semicolons": "a=1;b=2",
    "unknown": "contractTests=1",
    "deep brackets": "createdBy" + "[a]" * 500 + "=x",
    "many": "&".join(f"p{number}=x" for number in range(700)),
    "long": "createdBy=" + "a" * 7_000,
}

HEADERS: Mapping[str, tuple[str, str]] = {
    "accepts what is not": ("Accept", "garbage"),
    "encodings with a strange weight": ("Accept-Encoding", "gzip;q=banana, ;;;,"),
    "a long header": ("X-Contract-Tests", "a" * 8_000),
    "from a strange address": ("X-Forwarded-For", "' OR '1'='1, ::::, 999.999.999.999"),
    "a strange cookie": ("Cookie", '=;;;=; a="; __proto__=x'),
    "accepts with a strange weight": ("Accept", "*/*;q=banana,,;"),
    "accepts only a page": ("Accept", "text/html"),
    "languages that are not": ("Accept-Language", "xx-" * 300 + ";q=NaN"),
    "a character set that is not": ("Accept-Charset", "utf-7"),
    "by a strange protocol": ("X-Forwarded-Proto", "contract-tests"),
    "from a strange host": ("X-Forwarded-Host", 'contract-tests.invalid", <'),
    "from a strange port": ("X-Forwarded-Port", "99999999999"),
    "below a strange path": ("X-Forwarded-Prefix", "/../../%00"),
    "forwarded strangely": ("Forwarded", 'for=;;;="[::'),
    "a range that is none": ("Range", "bytes=9-1,-,x"),
    "an entity tag that is none": ("If-None-Match", "contract-tests"),
    "a date that is none": ("If-Modified-Since", "yesterday"),
    "from nowhere": ("Origin", "null"),
    "a referrer that is none": ("Referer", "::::"),
    "a strange agent": ("User-Agent", "${{ 7 * 191 }} ' OR '1'='1 é"),
    "a strange request id": ("X-Request-Id", "contract-tests\té😀"),
    "a strange trace": ("Traceparent", "00-garbage"),
    "a content type without content": ("Content-Type", "garbage/;;="),
    "another method": ("X-HTTP-Method-Override", "CONTRACTTESTS"),
    "codings of a transfer": ("TE", "garbage;q=banana"),
    "an event that never was": ("Last-Event-ID", "contract-tests"),
}


def _nested(depth: int, opening: str, middle: str, closing: str) -> bytes:
    return (opening * depth + middle + closing * depth).encode()


# A JSON value somewhere in the body, as sent; some are none.
VALUES: Mapping[str, bytes] = {
    "not UTF-8": b'"contract-tests \xff\xfe"',
    "10,000 arrays in each other": _nested(10_000, "[", "", "]"),
    "a number beyond all floats": b"1e400",
    "half of a character": b'"\\ud800"',
    "NUL, escaped": b'"a\\u0000b"',
    "a prototype": b'{"__proto__": {"contractTests": "planted"}, "constructor": {"prototype": {"contractTests": 1}}}',
    "the same key twice": b'{"a": 1, "a": 2}',
    "10,000 objects in each other": _nested(8_000, '{"a":', "1", "}"),
    "an integer of 10,000 digits": b"9" * 10_000,
    "a fraction of 10,000 digits": b"0." + b"1" * 10_000,
    "a number below all floats": b"-1e400",
    "a number next to nothing": b"1e-400",
    "less than nothing": b"-0.0",
    "beyond 64 bits": b"18446744073709551616",
    "NUL, raw": b'"a\0b"',
    "a line end, raw": b'"a\nb"',
    "half of a character as a key": b'{"\\udc00": 1}',
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "a number in hexadecimal": b"0x10",
    "a number that begins with 0": b"007",
    "an escape that is none": b'"\\x41"',
    "an escape that ends too soon": b'"\\u00"',
    "no characters": '"\uffff\ufdd0"'.encode(),
    "emoji, raw": '"😀é\u202e"'.encode(),
    "a text of 100,000 characters": b'"' + b"a" * 100_000 + b'"',
    "a key of 100,000 characters": b'{"' + b"k" * 100_000 + b'": 1}',
    "10,000 keys": json.dumps({f"k{number}": number for number in range(10_000)}).encode(),
    "an empty key": b'{"": {"": ""}}',
    "null": b"null",
}

# Whole bodies.
BODIES: Mapping[str, bytes] = {
    "empty": b"",
    "cut off": b'{"templateRef": "template:default/contract-tests", "template": {}, "values": {"a": ',
    "null": b"null",
    "a list": b"[]",
    "not UTF-8": b"\xff\xfe\xfd",
    "100,000 arrays that never close": b"[" * 100_000,
    "only blanks": b" \r\n\t ",
    "true": b"true",
    "a number": b"0",
    "a text": b'"contract-tests"',
    "an empty object": b"{}",
    "a list of lists": b"[[]]",
    "one brace": b"{",
    "two objects": b'{"values": {}} {"values": {}}',
    "a comma too many": b'{"templateRef": "contract-tests", "template": {}, "values": {},}',
    "single quotes": b"{'templateRef': 'contract-tests', 'template': {}, 'values': {}}",
    "keys without quotes": b'{templateRef: "contract-tests", template: {}, values: {}}',
    "NUL": b"\0",
    "only a byte order mark": b"\xef\xbb\xbf",
    "a form": b"templateRef=contract-tests&values=y",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "contract-tests">]><a>&e;</a>',
    "compressed": gzip.compress(b"{}", mtime=0),
}

SOUND_BODY = json.dumps({"templateRef": NO_SUCH_TEMPLATE, "values": {}}).encode()

# Headers of a request to create a task, and its body where it matters. None: without that header.
CONTENT_TYPES: Mapping[str, tuple[Sequence[tuple[str, str | None]], bytes]] = {
    "no content type": ((("Content-Type", None),), SOUND_BODY),
    "plain text": ((("Content-Type", "text/plain"),), SOUND_BODY),
    "a character set of the past": ((("Content-Type", "application/json; charset=utf-7"),), SOUND_BODY),
    "parts without a boundary": ((("Content-Type", "multipart/form-data"),), SOUND_BODY),
    "compressed, it says": ((("Content-Encoding", "gzip"),), SOUND_BODY),
    "UTF-16": ((("Content-Type", "application/json; charset=utf-16"),), SOUND_BODY.decode().encode("utf-16")),
    "UTF-16 without saying so": ((), SOUND_BODY.decode().encode("utf-16-le")),
    "a byte order mark": ((), b"\xef\xbb\xbf" + SOUND_BODY),
    "an unknown character set": ((("Content-Type", "application/json; charset=contract-tests"),), SOUND_BODY),
    "a content type that is none": ((("Content-Type", ";;;==,"),), SOUND_BODY),
    "an empty content type": ((("Content-Type", ""),), SOUND_BODY),
    "a content type out of stars": ((("Content-Type", "*/*"),), SOUND_BODY),
    "a long content type": ((("Content-Type", "application/json; a=" + "b" * 3_000),), SOUND_BODY),
    "a form": ((("Content-Type", "application/x-www-form-urlencoded"),), b"templateRef=contract-tests&values[a]=b"),
    "parts that never end": (
        (("Content-Type", "multipart/form-data; boundary=x"),),
        b'--x\r\nContent-Disposition: form-data; name="templateRef"\r\n\r\n',
    ),
    "XML": ((("Content-Type", "application/xml"),), BODIES["XML"]),
    "bytes": ((("Content-Type", "application/octet-stream"),), SOUND_BODY),
    "really compressed": ((("Content-Encoding", "gzip"),), gzip.compress(SOUND_BODY, mtime=0)),
    "compressed as nobody can": ((("Content-Encoding", "contract-tests"),), SOUND_BODY),
    "a language for the content": ((("Content-Language", ",;,;"),), SOUND_BODY),
    "asks before it goes on": ((("Expect", "100-continue"),), SOUND_BODY),
}

# Members of a body that creates a task, instead of the sound ones.
CREATION: Mapping[str, Mapping[str, Any]] = {
    "no text as the template": {"templateRef": {"$ne": None}},
    "no object as the values": {"values": "contract-tests"},
    "no texts as secrets": {"secrets": {"a": {"b": None}}},
    "an empty template": {"templateRef": ""},
    "values of null": {"values": None},
    "secrets of null": {"secrets": None},
    "a number as the template": {"templateRef": 0},
    "null as the template": {"templateRef": None},
    "true as the template": {"templateRef": True},
    "a list as the template": {"templateRef": [NO_SUCH_TEMPLATE]},
    "a list as the values": {"values": [1, 2]},
    "a list as secrets": {"secrets": ["a"]},
    "a number as a secret": {"secrets": {"a": 1}},
    "a template without a name": {"templateRef": "template:default/"},
    "a template without a kind": {"templateRef": ":default/contract-tests"},
    "a template of colons": {"templateRef": "a:b:c/d/e/f"},
    "a template that is a user": {"templateRef": "user:default/contract-tests"},
    "a template of a strange kind": {"templateRef": "__proto__:constructor/toString"},
    "a member more": {"__proto__": {"contractTests": "planted"}, "contractTests": [None]},
}

# Members of a template for a dry run, under `spec`.
SPECS: Mapping[str, Any] = {
    "steps of null": {"type": "service", "steps": None},
    "a step of null": {"type": "service", "steps": [None]},
    "an action that is a number": {"type": "service", "steps": [{"id": "a", "action": 5}]},
    "a text as the steps": {"type": "service", "steps": "contract-tests"},
    "a list as a step": {"type": "service", "steps": [[]]},
    "an unknown action": {"type": "service", "steps": [{"id": "a", "action": "contract-tests:none", "input": {}}]},
    "an action of the language": {"type": "service", "steps": [{"id": "__proto__", "action": "constructor"}]},
    "a number as parameters": {"type": "service", "parameters": 5, "steps": []},
    "a schema that is none": {"type": "service", "parameters": {"type": 7, "properties": []}, "steps": []},
    "a pattern that is none": {"type": "service", "parameters": {"properties": {"a": {"pattern": "("}}}, "steps": []},
    "a number as the output": {"type": "service", "output": 5, "steps": []},
    "a list as the specification": [],
}

DIRECTORIES: Mapping[str, Any] = {
    "a way out": [{"path": "../../contract-tests", "base64Content": ""}],
    "NUL in a path": [{"path": "a\0b", "base64Content": ""}],
    "not in base 64": [{"path": "a", "base64Content": "!!!"}],
    "null": None,
    "a text": "contract-tests",
    "an entry of null": [None],
    "an entry that is a text": ["a"],
    "a path of null": [{"path": None, "base64Content": ""}],
    "a number as content": [{"path": "a", "base64Content": 5}],
    "no content": [{"path": "a"}],
    "no path": [{"base64Content": ""}],
    "an empty path": [{"path": "", "base64Content": ""}],
    "a path from the root": [{"path": "/contract-tests", "base64Content": ""}],
    "where it is": [{"path": ".", "base64Content": ""}],
    "a file that is a folder": [{"path": "a", "base64Content": ""}, {"path": "a/b", "base64Content": ""}],
    "the same twice": [{"path": "a", "base64Content": "YQ=="}, {"path": "a", "base64Content": "Yg=="}],
    "a long path": [{"path": "a/" * 2_000 + "a", "base64Content": ""}],
    "half of a character": [{"path": "\ud800", "base64Content": ""}],
    "markup": [{"path": MARKUP, "base64Content": ""}],
}

_RETURNING = "return 'contract-' + 'tests-' + 'escaped'"

EXPRESSIONS: Mapping[str, str] = {
    "a constructor's constructor": f'${{{{ "".constructor.constructor("{_RETURNING}")() }}}}',
    "never closed": "${{ parameters.text",
    "a power out of bounds": "${{ 9999 ** 99999 }}",
    "the constructor of a function": f'${{{{ range.constructor("{_RETURNING}")() }}}}',
    "classes below": '${{ "".__class__.__mro__[1].__subclasses__() }}',
    "globals below": (
        "${{ cycler.__init__.__globals__.os.popen(\"echo contract-'tests'-escaped\").read() }}"
        "${{ lipsum.__globals__['os'].popen(\"echo contract-'tests'-escaped\").read() }}"
    ),
    "a file": "{% include '/etc/passwd' %}${{ super() }}",
    "empty": "${{ }}",
    "closed too often": "}} ${{ 1 }} }}",
    "by zero": "${{ 1 / 0 }}${{ 1 % 0 }}",
    "an unknown filter": "${{ 1 | contractTests }}",
    "an unknown function": "${{ contractTests(1) }}",
    "1,000 parentheses": "${{ " + "(" * 1_000 + "1" + ")" * 1_000 + " }}",
    "parentheses that never close": "${{ " + "(" * 1_000,
    "a chain of nothing": "${{ parameters.a.b.c.d['e'][0] }}",
    "itself": "${{ parameters }}${{ parameters.__proto__ }}${{ this }}",
    "100,000 rounds": "{% for i in range(0, 100000) %}{% endfor %}",
    "a loop that never ends": "{% for i in parameters %}",
    "NUL": "${{ '\0' }}",
    "half of a character": "${{ '\ud800' }}",
}
