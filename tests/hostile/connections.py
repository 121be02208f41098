"""What is wrong with a connection, a head or the framing of a body, and what has to come of it."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

TASKS = b"/api/scaffolder/v2/tasks"
HOST = b"host: 127.0.0.1\r\n"
USER = b"authorization: Bearer mock-user-token\r\n"
JSON = b"content-type: application/json\r\n"
BODY = b'{"templateRef":"hello-world","values":{}}'
CHUNKED = b"transfer-encoding: chunked\r\n"
CHUNKS = b"29\r\n" + BODY + b"\r\n0\r\n\r\n"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Hostile:
    """Bytes on a connection of their own, and the statuses of the answers that they must get, in their order.

    Whatever is refused as HTTP ends its connection; otherwise it `stays` and serves the next request. `says` is part of
    the last answer.
    """

    name: str
    sent: bytes | Callable[[], bytes]
    answers: tuple[int, ...]
    says: bytes = b""
    stays: bool = False

    def bytes(self) -> bytes:
        return self.sent if isinstance(self.sent, bytes) else self.sent()


def get(line: bytes = b"GET " + TASKS + b" HTTP/1.1", headers: bytes = b"", host: bytes = HOST) -> bytes:
    return line + b"\r\n" + host + USER + headers + b"\r\n"


def post(headers: bytes, body: bytes = BODY) -> bytes:
    return get(b"POST " + TASKS + b" HTTP/1.1", JSON + headers) + body


def at(target: bytes) -> bytes:
    return get(b"GET " + target + b" HTTP/1.1")


def served(name: str, sent: bytes | Callable[[], bytes], *answers: int, stays: bool = True) -> Hostile:
    """Odd, but legal."""
    return Hostile(name, sent, answers or (200,), stays=stays)


def refused(name: str, sent: bytes | Callable[[], bytes], says: bytes = b"malformed request") -> Hostile:
    return Hostile(name, sent, (400,), says)


UPGRADE = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
WEBSOCKET = (
    b"connection: Upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
)
SIZED = b"content-length: 41\r\n"

TARGETS = (
    served("absolute form", at(b"http://elsewhere:80" + TASKS)),
    served("absolute form of https", at(b"https://elsewhere" + TASKS + b"?limit=1")),
    served("absolute form without a path", at(b"http://elsewhere"), 404),
    served("absolute form with a query only", at(b"HTTP://elsewhere?a"), 404),
    refused("absolute form of another scheme", at(b"ftp://elsewhere" + TASKS), b"malformed request target"),
    refused("absolute form without a host", at(b"http://" + TASKS)),
    refused("authority form", get(b"CONNECT elsewhere:80 HTTP/1.1"), b"no proxy"),
    refused("authority form of another method", at(b"elsewhere:80")),
    served("asterisk form", get(b"OPTIONS * HTTP/1.1"), 404),
    served("asterisk form of another method", at(b"*"), 404),
    refused("relative target", at(b"api")),
    refused("no target", get(b"GET HTTP/1.1")),
    refused("NUL in the target", at(b"/\0")),
    refused("raw UTF-8 in the target", at("/ü".encode())),
    refused("raw bytes in the target", at(b"/\xff\xfe")),
    refused("space in the target", at(b"/a b")),
    refused("tab before the target", get(b"GET\t/ HTTP/1.1")),
    served("dots in the target", at(TASKS + b"/../../../etc/passwd"), 404),
    served("percent-encoded dots", at(TASKS + b"/%2e%2e%2f%2e%2e"), 404),
    served("percent-encoding that is valid", at(TASKS + b"?limit=%31&%6fffset=0")),
    refused("target of 100 KB", lambda: at(TASKS + b"/" + b"a" * 100_000), b"target is too long"),
    refused("query of 100 KB", lambda: at(TASKS + b"?" + b"a" * 100_000), b"target is too long"),
    refused("request line of a megabyte", lambda: at(b"/" + b"a" * MEGABYTE), b""),
    served("fragment", at(TASKS + b"#fragment")),
)
LINES = (
    served("empty lines before a request", b"\r\n\r\n" + get()),
    refused("nothing but empty lines", lambda: b"\r\n" * MEGABYTE, b"head too large"),
    served("HTTP/1.0", get(b"GET " + TASKS + b" HTTP/1.0", host=b""), stays=False),
    refused("HTTP/0.9", b"GET /\r\n\r\n", b"unsupported HTTP version"),
    refused("HTTP/2.0 by name", get(b"GET / HTTP/2.0"), b"unsupported HTTP version"),
    refused("HTTP/1.2", get(b"GET / HTTP/1.2")),
    refused("HTTP/9.9", get(b"GET / HTTP/9.9")),
    refused("HTTP/x", get(b"GET / HTTP/x")),
    Hostile("another protocol", get(b"GET / RTSP/1.0"), (404,)),
    refused("preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100)),
    refused("hello of TLS", bytes.fromhex("16030100c8010000c40303") + bytes(200)),
    refused("SSH", b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    refused("PROXY protocol", b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + get()),
    refused("NULs", bytes(10_000)),
    refused("every byte", bytes(range(256)) * 100),
    refused("unknown method", get(b"EXPLODE / HTTP/1.1")),
    refused("method in lower case", get(b"get / HTTP/1.1")),
    refused("method of 100 KB", lambda: get(b"G" * 100_000 + b" / HTTP/1.1")),
    served("PROPFIND", get(b"PROPFIND " + TASKS + b" HTTP/1.1"), 405),
    served("TRACE", get(b"TRACE " + TASKS + b" HTTP/1.1"), 405),
    refused("lines that end in LF", get().replace(b"\r\n", b"\n")),
)
HEADERS = (
    refused("no Host", get(host=b""), b"one Host header"),
    refused("two Hosts", get(host=HOST + HOST), b"one Host header"),
    refused("two Hosts that differ", get(host=HOST + b"host: elsewhere\r\n"), b"one Host header"),
    refused("Host with a space", get(host=b"host: a b\r\n"), b"malformed Host"),
    refused("Host with a path", get(host=b"host: a/b\r\n"), b"malformed Host"),
    refused("Host with a user", get(host=b"host: a@b\r\n"), b"malformed Host"),
    refused("Host in raw UTF-8", get(host="host: ü\r\n".encode()), b"malformed Host"),
    served("empty Host", get(host=b"host:\r\n")),
    served("Host of Docker Compose", get(host=b"host: mock_server:7007\r\n")),
    served("Host of IPv6", get(host=b"host: [::1]:7007\r\n")),
    refused("space before the colon", get(headers=b"a : b\r\n")),
    refused("line folding", get(headers=b"a: b\r\n c\r\n")),
    refused("folded first header", get(host=b" a: b\r\n" + HOST)),
    refused("CR in a value", get(headers=b"a: b\rset-cookie: c\r\n")),
    refused("LF in a value", get(headers=b"a: b\nset-cookie: c\r\n")),
    refused("NUL in a value", get(headers=b"a: b\0c\r\n")),
    refused("control character in a value", get(headers=b"a: \x01\r\n")),
    refused("DEL in a value", get(headers=b"origin: http://localhost\x7f\r\n")),
    refused("NUL in a name", get(headers=b"a\0: b\r\n")),
    refused("name in UTF-8", get(headers="ä: b\r\n".encode())),
    refused("no name", get(headers=b": b\r\n")),
    refused("no colon", get(headers=b"abc\r\n")),
    served("bytes of no charset in a value", get(headers=b"a: \xff\xfe\r\n")),
    served("header of 100 KB", lambda: get(headers=b"a: " + b"b" * 100_000 + b"\r\n")),
    refused("header of 5 MB", lambda: get(headers=b"a: " + b"b" * 5 * MEGABYTE + b"\r\n"), b"head too large"),
    refused("headers of 200 KB", lambda: get(headers=(b"a: " + b"b" * 500 + b"\r\n") * 400), b"head too large"),
    served("500 headers", lambda: get(headers=b"a: b\r\n" * 500)),
    refused("10,000 headers", lambda: get(headers=b"a: b\r\n" * 10_000), b"too many headers"),
    served("unknown expectation", post(SIZED + b"expect: miracles\r\n"), 201),
    served("upgrade to h2c", get(headers=UPGRADE)),
    served("upgrade to h2c with a body", post(SIZED + UPGRADE), 201),
    served("upgrade to h2c, pipelined", get(headers=UPGRADE) + post(SIZED + UPGRADE) + get(), 200, 201, 200),
    served("upgrade to a WebSocket", get(headers=WEBSOCKET)),
    served("upgrade to a WebSocket with a body", post(SIZED + WEBSOCKET), 201),
    served("upgrade to nothing", get(headers=b"connection: upgrade\r\nupgrade:\r\n")),
    served("a thousand upgrades", lambda: get(headers=UPGRADE) * 300, *[200] * 300),
)
LENGTHS = (
    refused("negative length", post(b"content-length: -1\r\n")),
    refused("length with a plus", post(b"content-length: +41\r\n")),
    refused("hexadecimal length", post(b"content-length: 0x29\r\n")),
    refused("fractional length", post(b"content-length: 41.0\r\n")),
    refused("empty length", post(b"content-length:\r\n")),
    refused("length in words", post(b"content-length: many\r\n")),
    refused("list of lengths", post(b"content-length: 41, 41\r\n")),
    refused("length beyond 64 bits", post(b"content-length: 99999999999999999999999\r\n")),
    refused("length of 5,000 digits", post(b"content-length: " + b"9" * 5_000 + b"\r\n")),
    refused("length said twice", post(SIZED * 2)),
    refused("lengths that differ", post(SIZED + b"content-length: 40\r\n")),
    refused("length and chunks", post(SIZED + CHUNKED, CHUNKS)),
    refused("chunks and length", post(CHUNKED + SIZED, CHUNKS)),
    Hostile("length that is too short", post(b"content-length: 40\r\n"), (400, 400), b"malformed request"),
    Hostile("no length", post(b""), (400, 400), b"malformed request"),
    served("body of a GET", get(headers=SIZED) + BODY),
    served("body of a GET in chunks", get(headers=CHUNKED) + CHUNKS),
    served("body over 10 MB", lambda: post(b"content-length: %d\r\n" % (11 * MEGABYTE), bytes(11 * MEGABYTE)), 400),
    served(
        "body over 10 MB that waits to be asked for",
        lambda: post(b"expect: 100-continue\r\ncontent-length: %d\r\n" % (11 * MEGABYTE), bytes(11 * MEGABYTE)),
        400,
    ),
    served(
        "body over 10 MB in chunks",
        lambda: post(CHUNKED, (b"100000\r\n" + bytes(MEGABYTE) + b"\r\n") * 11 + b"0\r\n\r\n"),
        400,
    ),
    served(
        "body that inflates to 100 MB",
        lambda: _zipped(gzip.compress(bytes(100 * MEGABYTE), 9, mtime=0)),
        400,
    ),
    served("body over 10 MB that nobody reads", lambda: _unread(11 * MEGABYTE), 401),
)
TRANSFERS = (
    served("chunks", post(CHUNKED, CHUNKS), 201),
    served(
        "a chunk a byte", lambda: post(CHUNKED, b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"), 201
    ),
    served("chunk extension", post(CHUNKED, CHUNKS.replace(b"29\r\n", b'29;a=b;c="d"\r\n')), 201),
    served("chunks in HTTP/1.0", get(b"POST " + TASKS + b" HTTP/1.0", JSON + CHUNKED) + CHUNKS, 201, stays=False),
    served("trailer", post(CHUNKED, CHUNKS[:-2] + b"x-mock-world: a b\r\n\r\n"), 201),
    refused("chunk size that is no number", post(CHUNKED, b"zz\r\n")),
    refused("negative chunk size", post(CHUNKED, b"-29\r\n")),
    refused("chunk size with a prefix", post(CHUNKED, b"0x29\r\n")),
    refused("chunk size beyond 64 bits", post(CHUNKED, b"f" * 17 + b"\r\n")),
    served("chunk size of 100 KB", lambda: post(CHUNKED, b"0" * 100_000 + CHUNKS), 201),
    refused("chunk size of a megabyte", lambda: post(CHUNKED, b"0" * MEGABYTE + CHUNKS), b"head too large"),
    refused("chunk without an end", post(CHUNKED, b"29\r\n" + BODY + b"0\r\n\r\n")),
    refused("chunk lines that end in LF", post(CHUNKED, CHUNKS.replace(b"\r\n", b"\n"))),
    refused("chunk extension of 5 MB", lambda: post(CHUNKED, b"29;" + b"a" * 5 * MEGABYTE), b""),
    refused("trailers without end", lambda: post(CHUNKED, CHUNKS[:-2] + b"a: b\r\n" * MEGABYTE), b"head too large"),
    refused("trailer without end", lambda: post(CHUNKED, CHUNKS[:-2] + b"a: " + b"b" * MEGABYTE), b"head too large"),
    refused("unknown transfer encoding", post(b"transfer-encoding: gzip, chunked\r\n", CHUNKS), b"transfer encoding"),
    refused("identity", post(b"transfer-encoding: identity\r\n"), b"transfer encoding"),
    refused("not quite chunked", post(b"transfer-encoding: xchunked\r\n", CHUNKS), b"transfer encoding"),
    refused("chunked, and then something", post(b"transfer-encoding: chunked, gzip\r\n", CHUNKS)),
    refused("chunked twice", post(CHUNKED * 2, CHUNKS)),
)
PIPELINES = (
    served("a hundred requests at once", get() * 100, *[200] * 100),
    served("a hundred bodies at once", post(SIZED) * 100, *[201] * 100),
    Hostile("a bad one in the middle", get() * 3 + b"\0\r\n\r\n" + get() * 3, (200, 200, 200, 400)),
    Hostile("a bad body in the middle", get() + post(CHUNKED, b"zz\r\n") + get(), (200, 400)),
    Hostile("behind the last one", get(headers=b"connection: close\r\n") + get(), (200,)),
    Hostile("a large head in the middle", lambda: get() + get(headers=b"a: " + b"b" * MEGABYTE), (200, 400)),
)
CONNECTIONS = (*TARGETS, *LINES, *HEADERS, *LENGTHS, *TRANSFERS, *PIPELINES)


def _zipped(body: bytes) -> bytes:
    return post(b"content-encoding: gzip\r\ncontent-length: %d\r\n" % len(body), body)


def _unread(size: int) -> bytes:
    head = b"POST %b HTTP/1.1\r\n%bauthorization: Bearer wrong\r\ncontent-length: %d\r\n\r\n" % (TASKS, HOST, size)
    return head + bytes(size)
