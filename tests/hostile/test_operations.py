"""Every operation of the API, its control and its companions refuses what is hostile, and goes on serving."""

from collections.abc import Iterator

import pytest

from tests.hostile.operations import Operation, operations
from tests.hostile.requests import BODIES, HEADERS, IDS, QUERIES, UNREADABLE_IDS, VALUES
from tests.hostile.wire import Connection, Reply, request

OPERATIONS = [pytest.param(operation, id=operation.id) for operation in operations()]
KNOWN = {
    "namespace": b"default",
    "kind": b"template",
    "name": b"hello-world",
    "provider": b"github",
    "resource": b"owners",
    "faultId": b"fault",
    "entryId": b"1",
    "scenario": b"hostile",
    "uid": b"uid",
    "id": b"id",
}
JSON = ("content-type", b"application/json")


class Client:
    """Sends one request after another, on one connection as long as it lasts."""

    def __init__(self, address: tuple[str, int], operation: Operation) -> None:
        self._address = address
        self._operation = operation
        self._connection: Connection | None = None
        # One for each, so that nobody has to do with what another operation makes of it.
        self._world = operation.id.encode()
        created = self.send("POST", b"/api/scaffolder/v2/tasks", (JSON,), b'{"templateRef":"hello-world","values":{}}')
        assert created.status == 201
        self.known = {**KNOWN, "world": self._world, "taskId": created.json()["id"].encode()}

    def ask(self, values: dict[str, bytes], query: bytes = b"", headers=(), body: bytes | None = None) -> Reply:
        """What the operation answers; it must be an answer, or a refusal in the words of the API."""
        target = self._operation.target({**self.known, **values}) + (b"?" + query if query else b"")
        reply = self.send(self._operation.method, target, headers, body)
        reply.check()
        return reply

    def send(self, method: str, target: bytes, headers=(), body: bytes | None = None) -> Reply:
        world = () if any(name == "x-mock-world" for name, _ in headers) else (("x-mock-world", self._world),)
        if self._connection is None:
            self._connection = Connection(self._address)
        self._connection.send(request(method, target, (*headers, *world), body))
        reply = self._connection.reply(method)
        assert reply is not None, (method, target[:200])
        # Nobody waits for the end of a stream, and a target that is too long ends the connection.
        if "text/event-stream" in reply.headers.get("content-type", "") or reply.headers.get("connection") == "close":
            self.close()
        return reply

    def close(self) -> None:
        if self._connection is not None:
            self._connection.__exit__()
            self._connection = None


@pytest.fixture
def client(address, operation: Operation) -> Iterator[Client]:
    client = Client(address, operation)
    yield client
    client.close()
    # Whatever came before, the server is as it was for everybody else.
    with Connection(address) as connection:
        connection.send(request("GET", "/api/scaffolder/v2/tasks"))
        reply = connection.reply()
    assert reply is not None
    assert reply.status == 200


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.values[0].parameters])
def test_no_id_breaks_an_operation(client: Client, operation: Operation):
    for name in operation.parameters:
        for value in UNREADABLE_IDS:
            assert client.ask({name: value}).status >= 400
        for value in IDS:
            client.ask({name: value})


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_query_breaks_an_operation(client: Client, operation: Operation):
    for query in QUERIES:
        client.ask({}, query)
    for name in (*operation.query, "other"):
        for value in VALUES:
            client.ask({}, name.encode() + b"=" + value.replace(b"{name}", name.encode()))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_header_breaks_an_operation(client: Client, operation: Operation):
    # Where a body is read it is a bad one, so that nothing is done again and again.
    body = b"{" if operation.reads_body else None
    for headers in HEADERS:
        given = headers if any(name == "content-type" for name, _ in headers) else (*headers, JSON)
        client.ask({}, headers=given, body=body)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_body_breaks_an_operation(client: Client, operation: Operation):
    # Where none is read, a few show it.
    for body in BODIES if operation.reads_body else BODIES[::6]:
        given = {"content-type": body.content_type, "content-encoding": body.encoding}
        headers = [(name, value) for name, value in given.items() if value is not None]
        status = client.ask({}, headers=headers, body=body.bytes()).status
        assert not (operation.reads_body and body.is_refused) or status >= 400, body.name


def test_the_operations_are_those_of_the_documents():
    ids = [operation.id for operation in operations()]
    assert len(ids) == len(set(ids))
    assert {"createTask", "getEntities", "restoreSnapshot"} < set(ids)
