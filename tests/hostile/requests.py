"""What is wrong with a request as the operations see it. Each entry is sent to every operation of every document."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

LONG = b"a" * 60_000
DIGITS = b"9" * 5_000

# In the place of each parameter of a path. The first can be read by nobody, so they are refused as they are.
UNREADABLE_IDS = (b"%", b"%2", b"%zz", b"a%", b"%c0%af", b"%ff", b"%ed%a0%80", b"%f4%90%80%80", b"%e2%82")
IDS = (
    b"%00",
    b"a%00b",
    b"..",
    b"%2e%2e",
    b"..%2f..%2f..%2fetc%2fpasswd",
    b"%0d%0aset-cookie:%20a=b",
    b"%F0%9F%98%80",
    b"%ef%bf%bf",
    b"%20",
    b"%25",
    b"%3Cscript%3E",
    b"'%22%60;",
    b"$%7B%7B%207*7%20%7D%7D",
    b"__proto__",
    b"constructor",
    b"-1",
    b"1e400",
    DIGITS,
    LONG,
    b"%61" * 20_000,
)
# As the value of each parameter that the operation has, and of one that it has not.
VALUES = (
    b"",
    b"%",
    b"%zz",
    b"%ff",
    b"%c0%af",
    b"%00",
    b"%ed%a0%80",
    b"%0d%0aset-cookie:%20a=b",
    b"1e400",
    b"-1",
    b"1.5",
    b"0x10",
    b"NaN",
    b"99999999999999999999",
    DIGITS,
    LONG,
    b"a,b;c=d&",
    b"[]",
    b"%7B%22a%22:%7B",
    b"1&{name}=2",
    b"&{name}[a][b]=1&{name}[]=2",
)
QUERIES = (
    b"%",
    b"=",
    b"&&&==&",
    b"%zz=%zz",
    b"__proto__=1&constructor[prototype]=2",
    b"a[b" * 1_000,
    b"&".join(b"a%d=%d" % (number, number) for number in range(2_000)),
    LONG,
    b"__scenario=%0d%0a",
    b"__scenario=" + LONG,
    b"__code=99999",
    b"__fault=%ff",
)
HEADERS: tuple[tuple[tuple[str, bytes], ...], ...] = (
    (("authorization", b""),),
    (("authorization", b"Bearer"),),
    (("authorization", b"Bearer \xff\xfe"),),
    (("authorization", b"Bearer " + LONG),),
    (("authorization", b"Bearer a.b.c"),),
    (("authorization", b"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyOmRlZmF1bHQvZ3Vlc3QifQ."),),
    (("authorization", b"Bearer mock-user-token"), ("authorization", b"Bearer wrong")),
    (("authorization", b"Basic dXNlcjpwYXNz"),),
    (("x-mock-world", b"../../etc"),),
    (("x-mock-world", b"\xff"),),
    (("x-mock-world", LONG),),
    (("cookie", b"mock-world=a b"),),
    (("cookie", b";" * 10_000),),
    (("prefer", b"scenario=\xff"),),
    (("prefer", b"scenario=" + LONG),),
    (("prefer", b'code="' * 5_000),),
    (("prefer", b"fault=latency;" * 2_000),),
    (("origin", b"null"),),
    (("origin", b"http://localhost:99999999"),),
    (("origin", b"\xff" * 1_000),),
    (("if-none-match", b'W/"' * 10_000),),
    (("accept", b"application/xml"),),
    (("range", b"bytes=0-0,1-1,2-2" * 500),),
    (("x-forwarded-host", b"a\xff"), ("x-forwarded-proto", b"javascript")),
    (("accept-encoding", b"br;q=9999, *;q=0"),),
    (("content-type", b"application/json"), ("content-type", b"text/plain")),
)


@dataclass(frozen=True)
class Body:
    """A body and what it says that it is. One that is no JSON, or cannot be read, `is_refused` wherever one is read."""

    name: str
    content: bytes | Callable[[], bytes]
    content_type: bytes | None = b"application/json"
    encoding: bytes | None = None
    is_refused: bool = True

    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content()


def legal(name: str, content: bytes | Callable[[], bytes], content_type: bytes | None = b"application/json") -> Body:
    """A body that can be read; whether the operation takes it is its own affair."""
    return Body(name, content, content_type, is_refused=False)


BODIES = (
    Body("cut off", b'{"templateRef": "hello-world", "values": {'),
    Body("cut off in a text", b'{"templateRef": "hello'),
    Body("cut off in an escape", b'{"a": "\\u00'),
    Body("trailing comma", b'{"a": 1,}'),
    Body("trailing text", b"{} x"),
    Body("two documents", b"{}{}"),
    Body("single quotes", b"{'a': 1}"),
    Body("no quotes", b"{a: 1}"),
    Body("a comment", b"{/**/}"),
    Body("nothing but a text", b'"text"'),
    Body("nothing but null", b"null"),
    Body("nothing but a number", b"1"),
    Body("NaN", b'{"a": NaN}'),
    Body("Infinity", b'{"a": -Infinity}'),
    Body("1e400", b'{"a": 1e400}'),
    Body("5,000 digits", b'{"a": ' + DIGITS + b"}"),
    Body("leading zero", b'{"a": 01}'),
    Body("hexadecimal number", b'{"a": 0x10}'),
    Body("NUL", b"\0"),
    Body("NUL in a text", b'{"a": "\0"}'),
    Body("line in a text", b'{"a": "\n"}'),
    Body("unknown escape", b'{"a": "\\x00"}'),
    Body("10,000 arrays in each other", b"[" * 10_000 + b"]" * 10_000),
    Body("10,000 objects in each other", b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    Body("10,000 arrays that never end", b"[" * 10_000),
    Body("10,000 arrays in a member", b'{"templateRef": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    Body("101 levels", b"[" * 101 + b"]" * 101),
    Body("more values than there may be", lambda: b'{"values": [' + b"[]," * 100_000 + b"[]]}"),
    Body("a thousand brackets that do not fit", b"[}" * 1_000),
    Body("unknown charset", b"{}", b"application/json; charset=ebcdic"),
    Body("another charset than it says", b'{"a": 1}', b"application/json; charset=utf-16"),
    Body("unknown encoding", b"{}", encoding=b"br"),
    Body("broken encoding", b"{}", encoding=b"gzip"),
    Body("cut off encoding", gzip.compress(b"{}", mtime=0)[:-5], encoding=b"gzip"),
    legal("lone surrogates, escaped", b'{"templateRef": "\\ud800", "values": {"\\udfff": "\\ud800\\ud800"}}'),
    legal("lone surrogates, raw", b'{"templateRef": "\xed\xa0\x80", "values": {"\xed\xb0\x80": 1}}'),
    legal("bytes of no charset", b'{"templateRef": "\xff\xfe", "values": {}}'),
    legal("escaped NUL", b'{"templateRef": "\\u0000", "values": {"\\u0000": "\\u0000"}}'),
    legal("byte order mark", b'\xef\xbb\xbf{"templateRef": "x", "values": {}}'),
    legal("the same key many times", b"{" + b'"templateRef": "x", ' * 5_000 + b'"values": {}}'),
    legal("members of every object", b'{"__proto__": {"a": 1}, "constructor": 1, "toString": 2}'),
    legal("numbers as texts", b'{"templateRef": "1", "values": "1", "limit": "1", "seconds": "1e5", "count": "99"}'),
    legal("numbers for texts", b'{"templateRef": 1, "name": 1, "token": 1, "values": {}, "text": 1, "entityRef": 1}'),
    legal("large numbers", b'{"speed": 1e308, "seconds": 1e308, "count": 1e308, "milliseconds": 99999999999999999}'),
    legal("negative numbers", b'{"speed": -1, "seconds": -1, "count": -1, "milliseconds": -99999999999999999}'),
    legal("an array", b"[1, [], {}]"),
    legal("an empty body", b""),
    legal("a hundred levels", b'{"values": ' + b"[" * 98 + b"]" * 98 + b"}"),
    legal("a text of a megabyte", lambda: b'{"templateRef": "' + b"x" * 1_000_000 + b'", "values": {}}'),
    legal("brackets in a text", lambda: b'{"values": "' + b"[{," * 200_000 + b'"}'),
    legal("ten thousand members", b"{" + b",".join(b'"%d":%d' % (each, each) for each in range(10_000)) + b"}"),
    legal("no content type", b"{", None),
    legal("another content type", b"<xml/>", b"application/xml"),
    legal("a broken content type", b"{", b"application/json; charset="),
    legal("a content type of bytes", b"{", b"\xff\xff"),
    legal("a long content type", b"{", b"application/json" + b"; a=b" * 10_000),
    legal("a form", b"a=b&c=d", b"application/x-www-form-urlencoded"),
    legal("parts", b"--a\r\n\r\nb\r\n--a--", b"multipart/form-data; boundary=a"),
)
