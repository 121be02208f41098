"""What must have been recorded beside what was: other queries, bodies and references, each with the real answer."""

import json

import pytest
import yaml

from tests.fidelity.asking import Heard
from tests.fidelity.recording import DATA, Server
from tests.fidelity.replay import USER, Replay
from tests.fidelity.timekeeping import run_turned

MOUNT = "/api/scaffolder"
NEIGHBOURS = yaml.safe_load((DATA / "neighbours.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answers() -> list[Heard]:
    async def ask() -> list[Heard]:
        server = Replay(Server("", {}, (), ()))
        return [await server.ask(*_request(neighbour)) for neighbour in NEIGHBOURS]

    return run_turned(ask())


def _request(neighbour: dict) -> tuple[str, str, dict[str, str], str | None]:
    method, _, path = neighbour["send"].partition(" ")
    headers = {
        "Authorization": neighbour.get("by", USER),
        "Content-Type": neighbour.get("type"),
        "Cookie": neighbour.get("cookie"),
    }
    sent = {name: value for name, value in headers.items() if value is not None}
    return method, MOUNT + path, sent, neighbour.get("body")


@pytest.mark.parametrize(
    "number",
    range(len(NEIGHBOURS)),
    ids=[f"{each['send']} {each.get('body', '')}".strip() for each in NEIGHBOURS],
)
def test_a_neighbour_is_answered_as_the_real_server_would(answers: list[Heard], number: int):
    neighbour, heard = NEIGHBOURS[number], answers[number]
    method, _, path = neighbour["send"].partition(" ")
    if "answer" in neighbour:
        text = "" if method == "HEAD" else heard.content.decode()
        assert [heard.status, json.loads(text) if text else ""] == neighbour["answer"]
        return
    status, name, message = neighbour["error"]
    assert heard.status == status
    assert json.loads(heard.content) == {
        "error": {"name": name, "message": message},
        "request": {"method": method, "url": path},
        "response": {"statusCode": status},
    }
