"""`run-mock-server record`: what a server has run once, the mock runs again."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result

from mock_server.cli import main
from mock_server.record_command import TOKEN_VARIABLE
from mock_server.scenario_files import ScenarioReader
from mock_server.shipped import SCENARIOS
from tests.mock_server.conftest import DATA, USER
from tests.mock_server.recording.backend import EVENT_STREAM, Backend, Reply, as_json, replies_of, serving
from tests.server_process import running_server

RUNS = json.loads((DATA / "recorded_runs.json").read_text(encoding="utf-8"))
CANCELLED = next(run for run in RUNS if run["name"] == "cancelled")
TOKEN = "eyJhbGciOi.s3cr3t-t0ken.x"


def record(backend: Backend, task_id: str, out: Path, *arguments: str, **environment: str) -> Result:
    command = ["record", "--from", backend.url, "--task", task_id, "--out", str(out), *arguments]
    return CliRunner().invoke(main, command, env=environment)


async def recorded_in_a_thread(*arguments: object) -> Result:
    """The command has a loop of its own."""
    return await asyncio.to_thread(record, *arguments)


def told(events: list[dict]) -> list[tuple]:
    """Type, body and the time since the first event; no event is earlier than the one before it."""
    base, latest, found = None, 0, []
    for event in events:
        at = round(datetime.fromisoformat(event["createdAt"]).timestamp() * 1_000)
        base = at if base is None else base
        latest = max(latest, at - base)
        body = json.loads(json.dumps(event["body"]).replace(event["taskId"], "THE-TASK"))
        found.append((latest, event["type"], body))
    return found


def last_run(events: list[dict]) -> list[dict]:
    retries = [index for index, event in enumerate(events) if event["type"] == "recovered"]
    return events[retries[-1] + 1 :] if retries else events


async def replay(make_api, out: Path, ref: str, values: dict, **task: object) -> list[dict]:
    """The events of a new task of the template, on a server that has been given the recorded files."""
    api = make_api(templates=[out / "templates"], scenarios=[out / "scenarios"])
    task_id = await api.create(ref, values, body=task)
    created = (await api.task(task_id))["createdAt"]
    await api.finish(task_id)
    events = await api.logs(task_id)
    return [{"type": "created", "body": {}, "createdAt": created, "taskId": task_id}, *events]


def with_creation(task: dict, events: list[dict]) -> list[dict]:
    return [{"type": "created", "body": {}, "createdAt": task["createdAt"], "taskId": task["id"]}, *events]


# What a real server has run.


@pytest.mark.parametrize("recorded", RUNS, ids=lambda recorded: recorded["name"])
async def test_a_task_of_a_real_server_is_replayed_word_for_word_and_to_the_millisecond(make_api, tmp_path, recorded):
    task, events = recorded["task"], recorded["events"]
    with serving(replies_of(task, events, recorded.get("form"))) as backend:
        result = await recorded_in_a_thread(backend, task["id"], tmp_path)
    assert result.exit_code == 0, result.output
    assert "cannot be replayed" not in result.output
    replayed = await replay(make_api, tmp_path, task["spec"]["templateInfo"]["entityRef"], task["spec"]["parameters"])
    expected = last_run(events)
    if len(expected) == len(events):
        assert told(replayed) == told(with_creation(task, events))
    else:
        assert told(replayed[1:]) == told(expected)
        assert "The task was retried" in result.output


async def test_the_template_has_the_form_the_steps_and_the_names_of_the_real_one(make_api, tmp_path):
    recorded = next(run for run in RUNS if "form" in run)
    task = recorded["task"]
    with serving(replies_of(task, recorded["events"], recorded["form"])) as backend:
        assert (await recorded_in_a_thread(backend, task["id"], tmp_path)).exit_code == 0
    api = make_api(templates=[tmp_path / "templates"], scenarios=[tmp_path / "scenarios"])
    assert (await api.get("/v2/templates/default/template/demo/parameter-schema")).json() == recorded["form"]
    spec = (await api.task(await api.create("demo", task["spec"]["parameters"])))["spec"]
    assert spec["steps"] == task["spec"]["steps"]
    assert spec["output"] == task["spec"]["output"]
    assert spec["templateInfo"]["entityRef"] == task["spec"]["templateInfo"]["entityRef"]


# What the mock itself has run.


HAPPY = ("hello-world", "happy-path")


async def run_on_the_mock(api, template: str, values: dict, scenario: str, **body: object) -> tuple[dict, dict]:
    """A task that has ended, and what a server says that has it."""
    task_id = await api.create(template, values, body=body, headers={"prefer": f"scenario={scenario}"})
    task = await api.finish(task_id)
    form = (await api.get(f"/v2/templates/default/template/{template}/parameter-schema")).json()
    return task, replies_of(task, await api.logs(task_id), form)


OWN = """\
description: Everything that a step can do.
queue: 0.25
completion: 0.017
steps:
  - id: "*"
    delay: 0.003
    duration: 1.001
    logs:
      - {text: "a ${{ '${{ b }} {% if %} {# c #} #}' }} ${{ use }}", at: 0.1}
      - {text: "\\t \\u2028 \\e[1m ünï 🎉 \\0 1e3 yes", level: none, at: 0.1}
      - {text: "line ${{ line }}", repeat: 5, at: 0.2, every: 0.1}
      - {text: late, late: true, at: 1.002, level: warn}
"""
SAID = [
    ("happy", "hello-world", "happy-path"),
    ("first-fails", "react-app", "first-step-fails"),
    ("last-fails", "terraform-infrastructure", "last-step-fails"),
    ("cancelled", "react-app", "cancelled-by-someone-else"),
    ("strange", "hello-world", "strange-logs"),
    ("big", "docs-site", "big-output"),
    ("own", "python-service", "own"),
    ("own-each", "library-monorepo", "own"),
]


@pytest.mark.parametrize(("template", "scenario"), [(row[1], row[2]) for row in SAID], ids=[row[0] for row in SAID])
async def test_a_task_of_the_mock_is_replayed_too(make_api, tmp_path, demo_values, template, scenario):
    own = tmp_path / "own"
    own.mkdir()
    (own / "own.yaml").write_text(OWN, encoding="utf-8")
    values = demo_values[f"template:default/{template}"]
    task, replies = await run_on_the_mock(make_api(scenarios=[own]), template, values, scenario)
    with serving(replies) as backend:
        result = await recorded_in_a_thread(backend, task["id"], tmp_path)
    assert result.exit_code == 0, result.output
    assert "cannot be replayed" not in result.output
    events = json.loads(replies[f"/v2/tasks/{task['id']}/events"].body)
    assert told(await replay(make_api, tmp_path, template, values)) == told(with_creation(task, events))


async def test_ten_thousand_lines_keep_their_times(make_api, tmp_path):
    task, replies = await run_on_the_mock(make_api(), "hello-world", {"name": "x"}, "chatty")
    with serving(replies) as backend:
        assert (await recorded_in_a_thread(backend, task["id"], tmp_path)).exit_code == 0
    events = json.loads(replies[f"/v2/tasks/{task['id']}/events"].body)
    assert len(events) > 10_000
    assert told(await replay(make_api, tmp_path, "hello-world", {"name": "x"})) == told(with_creation(task, events))


async def test_a_task_that_was_cancelled_in_the_queue_is_cancelled_there_again(make_api, tmp_path):
    api = make_api()
    task_id = await api.create("hello-world", {"name": "x"}, headers={"prefer": "scenario=stuck-in-queue"})
    api.clock.advance(7_000)
    await api.post(f"/v2/tasks/{task_id}/cancel")
    task, events = await api.task(task_id), await api.logs(task_id)
    with serving(replies_of(task, events)) as backend:
        assert (await recorded_in_a_thread(backend, task_id, tmp_path)).exit_code == 0
    again = await replay(make_api, tmp_path, "hello-world", {"name": "x"})
    assert told(again) == told(with_creation(task, events))


def test_the_program_records_and_plays_what_it_has_recorded(tmp_path):
    values = {"templateRef": "hello-world", "values": {"name": "shop"}}

    def run(url: str, **headers: str) -> tuple[dict, list[dict]]:
        with httpx.Client(base_url=url, headers=USER, timeout=30) as http:
            task_id = http.post("/v2/tasks", json=values, headers=headers).json()["id"]
            while (task := http.get(f"/v2/tasks/{task_id}").json())["status"] not in {"completed", "failed"}:
                pass
            return task, http.get(f"/v2/tasks/{task_id}/logs").json()

    with running_server("--speed", "20") as server:
        task, events = run(server.url, prefer="scenario=last-step-fails")
        backend = Backend(server.url)
        result = record(backend, task["id"], tmp_path, **{TOKEN_VARIABLE: "mock-user-token"})
        assert result.exit_code == 0, result.output
    templates, scenarios = str(tmp_path / "templates/hello-world.yaml"), str(tmp_path / "scenarios")
    assert f"--templates {templates} --scenarios {scenarios}" in result.output
    with running_server("--templates", templates, "--scenarios", scenarios, "--speed", "20") as server:
        again, replayed = run(server.url)
    assert told(with_creation(again, replayed)) == told(with_creation(task, events))


# What is left out.


def test_neither_the_token_nor_a_secret_is_written_or_printed(tmp_path):
    task = json.loads(json.dumps(CANCELLED["task"]))
    credentials = json.dumps({"$$type": "x", "principal": "user", "token": "initiator-t0ken-initiator"})
    task["secrets"] = {"deploy": "deploy-s3cret", "__initiatorCredentials": credentials}
    task["spec"]["secrets"] = {"backstageToken": "backstage-s3cret"}
    task["spec"]["user"]["entity"] = {"metadata": {"name": "guest"}, "spec": {"profile": {"email": "who@example.com"}}}
    task["spec"]["steps"][0]["input"] = {"message": f"with {TOKEN} and deploy-s3cret", "secrets": "${{ secrets.a }}"}
    events = json.loads(json.dumps(CANCELLED["events"]))
    leak = f"Bearer {TOKEN} deploy-s3cret backstage-s3cret initiator-t0ken-initiator"
    events[2]["body"]["message"] += leak
    events[7]["body"]["message"] += leak
    events[-1]["body"]["error"]["message"] += leak
    form = {"title": f"Slow {TOKEN}", "steps": [{"title": "deploy-s3cret", "schema": {"properties": {TOKEN: {}}}}]}
    with serving(replies_of(task, events, form)) as backend:
        result = record(backend, task["id"], tmp_path, **{TOKEN_VARIABLE: TOKEN})
        assert {headers["authorization"] for _, headers in backend.asked} == {f"Bearer {TOKEN}"}
        assert not any(TOKEN in path for path, _ in backend.asked)
    assert result.exit_code == 0, result.output
    assert "cannot be replayed" not in result.output
    written = result.output + "".join(file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file())
    for secret in (TOKEN, "deploy-s3cret", "backstage-s3cret", "initiator-t0ken", "who@example.com"):
        assert secret not in written
    assert 'secrets: "${{ secrets.a }}"' in written


def test_the_token_is_no_option(tmp_path):
    with serving({}) as backend:
        result = record(backend, "x", tmp_path, "--token", TOKEN)
    assert result.exit_code == 2
    assert TOKEN not in result.output


def test_without_a_token_none_is_sent(tmp_path):
    with serving(replies_of(CANCELLED["task"], CANCELLED["events"])) as backend:
        assert record(backend, CANCELLED["task"]["id"], tmp_path, MOCK_SERVER_TOKEN=TOKEN).exit_code == 0
        assert not any("authorization" in headers for _, headers in backend.asked)


# Where it is read from.


def frames(events: list[dict]) -> bytes:
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


@pytest.mark.parametrize("view", ["logs", "eventstream", "endless"])
def test_the_events_are_read_where_there_are_any(tmp_path, view):
    task, events = CANCELLED["task"], CANCELLED["events"]
    replies = replies_of(task, events)
    path = f"/v2/tasks/{task['id']}"
    reply = replies.pop(f"{path}/events")

    def endless():
        yield from frames(events).splitlines(keepends=True)
        while True:
            yield frames(events[-1:])

    if view == "logs":
        replies[f"{path}/logs"] = reply
    elif view == "eventstream":
        replies[f"{path}/eventstream"] = Reply(200, frames(events), {"content-type": EVENT_STREAM})
    else:
        replies[f"{path}/eventstream"] = Reply(200, headers={"content-type": EVENT_STREAM}, pieces=endless)
    with serving(replies) as backend:
        result = record(backend, task["id"], tmp_path)
    assert result.exit_code == 0, result.output
    assert "Recorded 10 events" in result.output
    assert "cannot be replayed" not in result.output


def test_a_task_that_still_runs_is_recorded_when_it_has_ended(tmp_path):
    task = CANCELLED["task"]
    replies = replies_of(task, CANCELLED["events"])
    running = as_json({**task, "status": "processing"})
    path = f"/v2/tasks/{task['id']}"
    ended = replies[path]
    with serving({**replies, path: running}) as backend:
        refused = record(backend, task["id"], tmp_path)
        backend.replies[path] = [running, ended]
        result = record(backend, task["id"], tmp_path, "--wait", "5")
    assert refused.exit_code == 1
    assert "has not ended yet; --wait" in refused.output
    assert result.exit_code == 0, result.output


def test_a_template_whose_form_is_not_served_has_none(tmp_path):
    with serving(replies_of(CANCELLED["task"], CANCELLED["events"])) as backend:
        result = record(backend, CANCELLED["task"]["id"], tmp_path)
    assert "gives no form" in result.output
    assert "parameters" not in yaml.safe_load((tmp_path / "templates/slow.yaml").read_text("utf-8"))["spec"]


# Where it is written to.


def test_the_files_are_named_after_the_template_or_as_is_wished(tmp_path):
    with serving(replies_of(CANCELLED["task"], CANCELLED["events"])) as backend:
        record(backend, CANCELLED["task"]["id"], tmp_path)
        record(backend, CANCELLED["task"]["id"], tmp_path, "--name", "mine")
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()) == [
        "scenarios/mine.yaml",
        "scenarios/scenario.schema.json",
        "scenarios/slow.yaml",
        "templates/mine.yaml",
        "templates/slow.yaml",
    ]


def test_a_written_scenario_points_editors_at_the_schema_and_is_taken_by_its_template_alone(tmp_path):
    with serving(replies_of(CANCELLED["task"], CANCELLED["events"])) as backend:
        record(backend, CANCELLED["task"]["id"], tmp_path)
    file = tmp_path / "scenarios/slow.yaml"
    first = file.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=scenario.schema.json"
    schema = file.with_name("scenario.schema.json")
    assert schema.read_bytes() == (SCENARIOS / "scenario.schema.json").read_bytes()
    scenario = ScenarioReader(schema).read(file)
    assert scenario.match is not None
    assert scenario.match.templates == ("template:default/slow",)
    assert scenario.description == "A task of template:default/slow as it was recorded: failed after 3.048 s."


@pytest.mark.parametrize("existing", ["scenarios/slow.yaml", "templates/slow.yaml"])
@pytest.mark.parametrize("name", [(), ("--name", "slow")])
def test_a_file_that_is_there_is_replaced_by_force_only(tmp_path, existing, name):
    (tmp_path / existing).parent.mkdir()
    (tmp_path / existing).write_text("mine", "utf-8")
    with serving(replies_of(CANCELLED["task"], CANCELLED["events"])) as backend:
        refused = record(backend, CANCELLED["task"]["id"], tmp_path, *name)
        assert refused.exit_code == 1
        assert f"{existing} is there already; --force replaces it" in refused.output
        assert (tmp_path / existing).read_text("utf-8") == "mine"
        assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1
        assert record(backend, CANCELLED["task"]["id"], tmp_path, "--force", *name).exit_code == 0
    assert (tmp_path / existing).read_text("utf-8") != "mine"


def test_no_link_is_followed(tmp_path):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    (out / "scenarios").mkdir(parents=True)
    elsewhere.write_text("mine", "utf-8")
    (out / "scenarios/slow.yaml").symlink_to(elsewhere)
    with serving(replies_of(CANCELLED["task"], CANCELLED["events"])) as backend:
        assert record(backend, CANCELLED["task"]["id"], out).exit_code == 1
        assert record(backend, CANCELLED["task"]["id"], out, "--force").exit_code == 0
    assert elsewhere.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["../x", "", "a b", "x" * 65, "a/b"])
def test_a_name_is_a_name(tmp_path, name):
    with serving({}) as backend:
        assert record(backend, "x", tmp_path, "--name", name).exit_code == 2


# What goes wrong: a line and an exit code.


def changed(**parts: object) -> dict:
    return {**CANCELLED["task"], **parts}


def spec(**parts: object) -> dict:
    return changed(spec={**CANCELLED["task"]["spec"], **parts})


def event(**parts: object) -> list:
    return [{**CANCELLED["events"][0], **parts}, *CANCELLED["events"][1:]]


ID = CANCELLED["task"]["id"]
TASK = f"/v2/tasks/{ID}"
FORM = "/v2/templates/default/template/slow/parameter-schema"
LONG = [
    *CANCELLED["events"][:2],
    {**CANCELLED["events"][2], "body": {"message": "{% " * 1_000_000, "stepId": "a"}},
    *CANCELLED["events"][3:],
]
SHORT = {"type": "log", "body": {}, "createdAt": "2026-11-22T00:00:00Z"}
DEEP = b"[" * 60 + b"]" * 60


@pytest.mark.parametrize(
    ("replies", "complaint"),
    [
        ({TASK: as_json({}, 401)}, "answered 401: a token is needed (MOCK_SERVER_RECORD_TOKEN)"),
        ({TASK: as_json({}, 403)}, "answered 403: a token is needed"),
        ({TASK: Reply(404)}, f"has no task '{ID}', or the Scaffolder is at another path than /api/scaffolder"),
        ({TASK: Reply(500)}, "answered 500"),
        ({TASK: Reply(302, headers={"location": "https://elsewhere.example"})}, "answered 302"),
        ({TASK: Reply(200, b"<html>")}, "no JSON"),
        ({TASK: Reply(200, b"\xff\xfe")}, "no JSON"),
        ({TASK: Reply(200, b"[" * 200_000)}, "no JSON, or nested too deeply"),
        ({TASK: Reply(200, DEEP)}, "no JSON, or nested too deeply"),
        ({TASK: Reply(200, b'{"a": NaN}')}, "no JSON"),
        ({TASK: Reply(200, b'{"a": 1e999}')}, "no JSON"),
        ({TASK: Reply(200, b"x", {"content-encoding": "gzip"})}, "compresses"),
        ({TASK: as_json([])}, "the task is no JSON object"),
        ({TASK: as_json({"status": "failed"})}, "the spec of the task is no JSON object"),
        ({TASK: as_json(changed(createdAt="soon"))}, "a time of the task is none"),
        ({TASK: as_json(changed(createdAt=7))}, "a time is no text"),
        ({TASK: as_json(changed(createdAt="0001-01-01T00:00:00+23:59"))}, "the task takes more than a year"),
        ({TASK: as_json(changed(createdAt="2020-01-01T00:00:00Z"))}, "the task takes more than a year"),
        ({TASK: as_json(spec(steps={}))}, "the steps of the task are no JSON array"),
        ({TASK: as_json(spec(steps=CANCELLED["task"]["spec"]["steps"] * 334))}, "more than 1,000 steps"),
        ({TASK: as_json(changed(secrets=[f"secret-{number}" for number in range(101)]))}, "more than 100 secrets"),
        ({TASK: as_json(changed(secrets=["x" * 1_000_001]))}, "more than 1,000,000 characters"),
        ({TASK: as_json(spec(steps=[{"id": "a"}]))}, "the name of a step is no text"),
        ({TASK: as_json(spec(templateInfo=None))}, "the templateInfo of the task is no JSON object"),
        ({TASK: as_json(spec(templateInfo={"entityRef": "template:"}))}, "is no entity reference"),
        ({TASK: as_json(spec(templateInfo={"entityRef": "component:x"}))}, "of another kind"),
        ({TASK: as_json(spec(templateInfo={"entityRef": "template:../../x"}))}, "could not load the recording"),
        ({TASK: as_json(spec(output={"a": 1e200}))}, "cannot be written as YAML"),
        ({TASK: as_json(spec(output={"a": 7}))}, "could not load the recording"),
        ({f"{TASK}/events": as_json({})}, "the events of the task are no JSON array"),
        ({f"{TASK}/events": as_json([7])}, "an event of the task is no JSON object"),
        ({f"{TASK}/events": as_json(event(type=7))}, "the type of an event is no text"),
        ({f"{TASK}/events": as_json(event(body="x"))}, "the body of an event is no JSON object"),
        ({f"{TASK}/events": as_json([SHORT] * 50_001)}, "more than 50,000 events"),
        ({f"{TASK}/events": as_json({}, 403)}, "answered 403"),
        ({f"{TASK}/events": Reply(404), f"{TASK}/eventstream": Reply(500)}, "answered 500"),
        ({f"{TASK}/events": as_json(LONG)}, "larger than 5000000 bytes"),
        ({FORM: as_json([])}, "a form that is no JSON object"),
        ({FORM: as_json({"steps": [{"schema": {"pattern": "("}}]})}, "could not load the recording"),
        ({FORM: Reply(503)}, "answered 503"),
    ],
)
def test_a_server_that_does_not_tell_what_it_should_is_an_error_in_one_line(tmp_path, replies, complaint):
    with serving({**replies_of(CANCELLED["task"], CANCELLED["events"]), **replies}) as backend:
        result = record(backend, ID, tmp_path)
    assert result.exit_code == 1, result.output
    assert complaint in result.output
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1
    assert list(tmp_path.rglob("*")) == []


def test_a_token_that_is_refused_is_told_without_the_token(tmp_path):
    with serving({TASK: Reply(401, TOKEN.encode())}) as backend:
        result = record(backend, ID, tmp_path, **{TOKEN_VARIABLE: TOKEN})
    assert "answered 401: the token is not accepted" in result.output
    assert TOKEN not in result.output


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ünicode"])
def test_a_token_that_no_header_can_hold_is_refused_without_being_told(tmp_path, token):
    with serving({}) as backend:
        result = record(backend, ID, tmp_path, **{TOKEN_VARIABLE: token})
    assert result.exit_code == 1
    assert token not in result.output
    assert "the token is none" in result.output


def test_a_server_that_is_not_there_is_told(tmp_path):
    with serving({}) as backend:
        pass
    result = record(backend, ID, tmp_path)
    assert result.exit_code == 1
    assert "cannot be read: All connection attempts failed" in result.output


def test_what_is_no_http_is_told_without_a_word_of_it(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            peer, _ = listener.accept()
            peer.recv(65_536)
            peer.sendall(f"220 {TOKEN} ready\r\n".encode())
            peer.close()

        threading.Thread(target=answer, daemon=True).start()
        result = record(Backend(f"http://127.0.0.1:{port}"), ID, tmp_path, **{TOKEN_VARIABLE: TOKEN})
    assert result.exit_code == 1
    assert "cannot be read: RemoteProtocolError" in result.output
    assert TOKEN not in result.output


@pytest.mark.parametrize("host", ["a..b", "ex ample", "\u2603\u2603..", "x" * 70, "[::1", "127.0.0.1:99999"])
def test_a_host_that_cannot_be_is_told(tmp_path, host):
    result = record(Backend(f"http://{host}/api/scaffolder"), ID, tmp_path)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("url", ["ftp://x", "x", "http://", "http://[", "http://h:0x/", "http://h/?a=b", "http://h\n"])
def test_an_address_that_is_none_is_told(tmp_path, url):
    result = record(Backend(url), ID, tmp_path)
    assert result.exit_code == 1
    assert "must be like https://backstage.example/api/scaffolder" in result.output


def test_a_password_in_the_address_is_refused_without_being_told(tmp_path):
    result = record(Backend("https://me:hushhush@h/api/scaffolder"), ID, tmp_path)
    assert result.exit_code == 1
    assert "hushhush" not in result.output


def test_an_answer_without_an_end_is_not_read_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("mock_server.recording.reading.MAX_BYTES", 300_000)

    def endless():
        while True:
            yield b" " * 65_536

    with serving({TASK: Reply(200, pieces=endless)}) as backend:
        result = record(backend, ID, tmp_path)
    assert result.exit_code == 1
    assert "sends more than 300,000 bytes" in result.output


def test_an_answer_that_drips_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("mock_server.recording.reading.SECONDS_PER_REQUEST", 0.3)

    def dripping():
        while True:
            time.sleep(0.05)
            yield b" "

    with serving({TASK: Reply(200, pieces=dripping)}) as backend:
        result = record(backend, ID, tmp_path)
    assert result.exit_code == 1
    assert "takes more than 0.3 s for an answer" in result.output


def test_what_the_server_says_does_not_reach_the_terminal_raw(tmp_path):
    replies = {TASK: as_json(spec(templateInfo={"entityRef": "template:\u001b[2Jx\n\ny"}))}
    with serving({**replies_of(CANCELLED["task"], CANCELLED["events"]), **replies}) as backend:
        result = record(backend, ID, tmp_path)
    assert result.exit_code == 1
    assert "\u001b" not in result.output
    assert len(result.output.splitlines()) == 1


def test_events_that_cannot_be_replayed_are_told(tmp_path):
    events = json.loads(json.dumps(CANCELLED["events"]))
    events[1]["body"]["message"] = "Step First begins"
    with serving(replies_of(CANCELLED["task"], events)) as backend:
        result = record(backend, ID, tmp_path)
    assert result.exit_code == 0
    assert "1 event cannot be replayed as it was: number 2." in result.output


def test_the_server_starts_without_what_only_a_recording_needs():
    code = "import sys, mock_server.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"httpx", "mock_server.recording"}.intersection(done.stdout.split())


def test_certificates_that_are_none_are_told(tmp_path):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("none", "utf-8")
    with serving({}) as backend:
        result = record(backend, ID, tmp_path / "out", "--ca-bundle", str(bundle))
        assert record(backend, ID, tmp_path, "--ca-bundle", str(bundle), "--insecure").exit_code == 2
    assert result.exit_code == 1
    assert "holds no certificates" in result.output
