"""Two hundred worlds of one server, used by sixteen workers at once: none sees anything of another."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.mock_server.conftest import MOUNT
from tests.server_process import running_server

WORLDS = 200
WORKERS = 16
CODES = (418, 429, 500, 502, 503)


@pytest.fixture
def http():
    with running_server() as server, httpx.Client(base_url=server.url.removesuffix(MOUNT), trust_env=False) as client:
        yield client


class Life:
    """What one world is made to live through, different from its neighbours in everything that can differ."""

    def __init__(self, http, number):
        self.http = http
        self.number = number
        self.name = f"world-{number}"
        self.control = f"/_mock/v1/worlds/{self.name}"
        self.base = f"/worlds/{self.name}{MOUNT}/v2"
        self.token = ""
        self.tasks = []

    def ask(self, method, path, json=None, expected=200):
        headers = {"authorization": f"Bearer {self.token or 'mock-user-token'}"}
        answer = self.http.request(method, path, json=json, headers=headers)
        assert answer.status_code == expected, (self.name, path, answer.text)
        return answer.json() if answer.content else None

    def live(self):
        now = f"2026-01-01T00:{self.number // 60:02}:{self.number % 60:02}.000Z"
        self.ask("POST", "/_mock/v1/worlds", {"name": self.name, "now": now, "frozen": True}, 201)
        issued = self.ask("POST", f"{self.control}/tokens", {"entityRef": f"user:default/u{self.number}"}, 201)
        self.token = issued["token"]
        for _ in range(self.number % 4):
            created = self.ask("POST", f"{self.base}/tasks", {"templateRef": "hello-world", "values": {}}, expected=201)
            self.tasks.append(created["id"])
        self.ask("POST", f"{self.control}/clock/advance", {"seconds": self.number})
        self.code = CODES[self.number % len(CODES)]
        rule = {"fault": "error", "code": self.code, "operation": "listActions"}
        self.ask("POST", f"{self.control}/faults", rule, 201)
        if self.number % 3 == 0:
            self.ask("POST", f"{self.control}/tokens/revoke", {"token": "mock-user-token"}, 204)

    def is_as_it_was_left(self, stranger):
        listed = self.ask("GET", f"{self.base}/tasks")
        assert sorted(task["id"] for task in listed["tasks"]) == sorted(self.tasks)
        assert {task["createdBy"] for task in listed["tasks"]} <= {f"user:default/u{self.number}"}
        shown = self.ask("GET", self.control)
        at = self.number + self.number
        assert shown["clock"]["now"] == f"2026-01-01T00:{at // 60:02}:{at % 60:02}.000Z"
        self.ask("GET", f"{self.base}/actions", expected=self.code)
        (fault,) = (self.ask("GET", f"{self.control}/faults"))["faults"]
        assert (fault["rule"]["code"], fault["requests"]) == (self.code, 1)
        headers = {"authorization": f"Bearer {stranger.token}"}
        assert (self.http.get(f"{self.base}/tasks", headers=headers)).status_code == 401
        headers = {"authorization": "Bearer mock-user-token"}
        taken = 401 if self.number % 3 == 0 else 200
        assert (self.http.get(f"{self.base}/tasks", headers=headers)).status_code == taken
        journal = self.ask("GET", f"{self.control}/journal")
        asked = [(entry["operation"], entry["status"]) for entry in journal["entries"]]
        created = [("createTask", 201)] * len(self.tasks)
        looked = [("listTasks", 200), ("listActions", self.code), (None, 401)]
        assert asked == [*created, *looked, (None if taken == 401 else "listTasks", taken)]


def test_two_hundred_worlds_never_see_each_other(http):
    lives = [Life(http, number) for number in range(WORLDS)]
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(Life.live, lives))
        list(workers.map(Life.is_as_it_was_left, lives, [lives[life.number - 1] for life in lives]))
