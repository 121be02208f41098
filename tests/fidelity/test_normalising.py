from pathlib import Path

import pytest

from tests.fidelity.normalising import levelled, without_machine, without_prose

TASK = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("2026-11-22T00:49:41.000Z", "<time>"),
        (TASK.replace("1", "2"), "<uuid>"),
        ("60f7c4643f4948d4b2c0b9b8eb9cb954a7c0899d", "<etag>"),
        ("Error: no\n    at one (a.js:1)\n    at two", "Error: no\n    at <frames>"),
        ("file:///srv/demo.yaml", "file://<path>"),
        ("lstat '/srv/work/a b'", "lstat '<path> b'"),
        (str(Path(__file__).with_name("data") / "floor.yaml"), "<path>"),
        ({"token": "e30.e30.e30", "expiresInSeconds": 3599}, {"token": "<jwt>", "expiresInSeconds": "<seconds>"}),
    ],
)
def test_what_differs_from_run_to_run_is_levelled(value, left):
    assert levelled(value, "/v2/tasks") == left


@pytest.mark.parametrize("value", [None, 3, "/v2/tasks/x", "Run completed with status: failed", [], {"a": [True]}])
def test_nothing_else_is_levelled(value):
    assert levelled(value, "/v2/tasks") == value


def test_the_id_of_a_known_task_is_not_levelled():
    assert levelled(f"Task with taskId {TASK} cannot be retried", "", {TASK}).split()[3] == TASK


def test_only_a_describing_route_loses_its_prose():
    body = [{"id": "a", "description": "What it does.", "examples": [1, 2]}]
    assert without_prose("/v2/actions/", body) == [{"id": "a", "description": "<prose>", "examples": "<prose>"}]
    assert without_prose("/v2/tasks", body) == body


def test_a_machine_is_left_out_of_everything():
    assert without_machine({"a": ["x\n    at f (/srv/a.js:1:2)"]}) == {"a": ["x\n    at <frames>"]}
