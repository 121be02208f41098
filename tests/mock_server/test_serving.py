"""The installed program over real sockets."""

import signal
import socket
import threading
from functools import cache

import httpx
import pytest

from tests.conformance import Conformance, check_frames
from tests.server_process import running_server

USER = {"authorization": "Bearer mock-user-token"}


def ask(method: str, url: str, **kwargs) -> httpx.Response:
    """A request over a socket; the answer is held against the document."""
    response = httpx.request(method, url, **kwargs)
    conformance().check(response)
    return response


@cache
def conformance() -> Conformance:
    return Conformance()


def create(url: str, **kwargs) -> str:
    kwargs.setdefault("json", {"templateRef": "hello-world", "values": {}})
    response = ask("POST", f"{url}/v2/tasks", headers=USER, **kwargs)
    assert response.status_code == 201, response.text
    return response.json()["id"]


@pytest.fixture(scope="module")
def server():
    with running_server("--speed", "20") as running:
        yield running


def test_the_program_says_where_it_listens(server):
    assert server.banner.startswith("Backstage Scaffolder mock\n")
    assert ask("GET", f"{server.url.removesuffix('/api/scaffolder')}/_mock/v1/health").json() == {"status": "ok"}


def test_a_stream_over_a_socket_is_delivered_live_and_closed(server):
    task_id = create(server.url)
    with httpx.stream("GET", f"{server.url}/v2/tasks/{task_id}/eventstream", headers=USER) as response:
        assert response.headers["content-type"] == "text/event-stream"
        assert response.headers["cache-control"] == "no-cache"
        events = check_frames(b"".join(response.iter_raw()))
    assert events[-1]["type"] == "completion"
    assert len({event["createdAt"] for event in events}) > 3


def test_answers_over_a_socket_conform(server):
    task_id = create(server.url)
    for path in ("/v2/tasks", f"/v2/tasks/{task_id}", f"/v2/tasks/{task_id}/logs", "/v2/actions", "/v2/tasks/nope"):
        ask("GET", f"{server.url}{path}", headers=USER)


def test_a_chunked_body_is_read(server):
    body = [b'{"templateRef": "hello-world", ', b'"values": {}}']
    response = ask(
        "POST", f"{server.url}/v2/tasks", headers={**USER, "content-type": "application/json"}, content=iter(body)
    )
    assert response.status_code == 201


def test_a_slash_in_a_name_survives_the_socket(server):
    response = ask("GET", f"{server.url}/v2/tasks/a%2Fb", headers=USER)
    assert response.json()["error"]["message"] == "No task with id 'a/b' found"


def test_the_same_seed_gives_the_same_ids():
    def first_id() -> str:
        with running_server("--seed", "3") as running:
            return create(running.url)

    assert first_id() == first_id()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_open_streams_cleanly(by):
    with running_server("--scenario", "never-ending") as running:
        task_id = create(running.url)
        with httpx.stream("GET", f"{running.url}/v2/tasks/{task_id}/eventstream", headers=USER, timeout=20) as response:
            chunks = response.iter_raw()
            first = next(chunks)
            stopping = threading.Timer(0, running.process.send_signal, [by])
            stopping.start()
            rest = b"".join(chunks)
        check_frames(first + rest)
        assert running.process.wait(timeout=15) == (0 if by is signal.SIGTERM else 130)
        assert running.process.communicate()[1] == ""


def test_tokens_come_from_the_environment_and_are_not_printed():
    with running_server(MOCK_SERVER_TOKEN="hush=user:default/marta other") as running:
        assert "hush" not in running.banner
        tasks = ask("GET", f"{running.url}/v2/tasks", headers={"authorization": "Bearer hush"})
        refused = ask("GET", f"{running.url}/v2/tasks", headers=USER)
    assert tasks.status_code == 200
    assert refused.status_code == 401


def test_a_stop_does_not_wait_for_a_body_that_is_not_sent_to_its_end():
    with running_server() as running:
        host, port = running.url.split("/")[2].split(":")
        with socket.create_connection((host, int(port))) as sending:
            head = (
                f"POST /api/scaffolder/v2/tasks HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer mock-user-token\r\n"
            )
            sending.sendall(f"{head}content-type: application/json\r\ncontent-length: 99\r\n\r\n{{".encode())
            ask("GET", f"{running.url}/v2/tasks", headers=USER)
            assert running.stop() == 0
        assert running.process.communicate()[1] == ""
