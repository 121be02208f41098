"""The scenarios that are shipped, and how scenario files are read."""

import json
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
import yaml

from mock_server.actions.catalogue import load_actions
from mock_server.clock import SECOND
from mock_server.lifecycle import TERMINAL, TRANSITIONS, EventType, StepStatus, TaskStatus
from mock_server.permissions import Decision
from mock_server.scenario import (
    Behaviour,
    Duration,
    FailRule,
    LogRule,
    Match,
    Scenario,
    StepRule,
    Uses,
)
from mock_server.scenario_files import ScenarioReader, load_scenarios
from mock_server.shipped import SCENARIOS
from mock_server.simulator import NewTask, Principal, Settings, Simulator
from mock_server.sources import BrokenFile
from mock_server.task import Task, TaskEvents
from mock_server.templates import load_catalog
from mock_server.timeline import Timeline

SCHEMA = SCENARIOS / "scenario.schema.json"
READER = ScenarioReader(SCHEMA)
FILES = sorted(SCENARIOS.glob("*.yaml"))
CATALOG = load_catalog([SCENARIOS / "templates"])
SECRETS = {"deployToken": "acme-demo-token-0001"}
GUEST = Principal("user:default/guest")


@pytest.fixture(scope="module")
def scenarios():
    return load_scenarios([SCENARIOS], READER)


@pytest.fixture(scope="module")
def actions():
    return load_actions()


@pytest.fixture
def simulator(actions, scenarios) -> Simulator:
    return Simulator(CATALOG, actions, scenarios, Settings("happy-path", speed=0, seed=1))


@pytest.fixture
def play(simulator, demo_values):
    async def play(scenario: str, template: str = "hello-world") -> Task:
        values = demo_values[f"template:default/{template}"]
        secrets = SECRETS if template == "secret-deploy-key" else {}
        new = NewTask(template, values, secrets, scenario)
        return (await simulator.create_task(simulator.worlds.get("default"), GUEST, new)).task

    return play


def bodies(task: Task) -> list[dict]:
    timeline = Timeline(task.plan)
    return [timeline[index].body for index in range(len(timeline))]


def step_statuses(task: Task) -> dict[str, StepStatus]:
    return {step.id: step.ends_as for step in task.plan.steps}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_scenario_keeps_the_schema(path):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_first_line_of_a_shipped_scenario_points_editors_at_the_schema(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).samefile(SCHEMA)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_every_key_of_a_scenario_is_described():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    def described(part: dict) -> bool:
        return "description" in part or ("$ref" in part and described(schema["$defs"][part["$ref"].split("/")[-1]]))

    def undescribed(part: object, where: str = ""):
        if isinstance(part, dict):
            yield from (f"{where}/{key}" for key, value in part.get("properties", {}).items() if not described(value))
            for key, value in part.items():
                yield from undescribed(value, f"{where}/{key}")
        elif isinstance(part, list):
            for index, item in enumerate(part):
                yield from undescribed(item, f"{where}/{index}")

    assert list(undescribed(schema)) == []


def test_every_shipped_scenario_is_loaded_under_the_name_of_its_file(scenarios):
    assert [scenario.name for scenario in scenarios] == [path.stem for path in FILES]
    assert all(scenario.description.endswith(".") for scenario in scenarios)


def test_no_shipped_scenario_is_taken_unasked(scenarios):
    assert [scenario.name for scenario in scenarios if scenario.match is not None] == []


async def lived(simulator: Simulator, task: Task) -> list[TaskStatus]:
    """Every status on the way, with a cancel at the end of a task that has not ended by its 11,000th event."""
    world = simulator.worlds.get("default")
    events, now = TaskEvents(task), task.created_at
    statuses = [task.status(now)]
    for _ in range(11_000):
        following = events.next_at(now)
        if following is None:
            break
        now = following
        statuses.append(task.status(now))
    if statuses[-1] not in TERMINAL:
        world.clock.advance(now - world.clock.now())
        statuses.append((await simulator.cancel_task(world, task.id)).status(now))
    return statuses


@pytest.mark.parametrize(
    "template", ["hello-world", "data-pipeline", "secret-deploy-key", "docs-site", "python-service"]
)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_shipped_scenario_goes_through_legal_transitions_to_an_end(path, template, play, simulator):
    statuses = await lived(simulator, await play(path.stem, template))
    assert statuses[-1] in TERMINAL
    assert all(after == before or after in TRANSITIONS[before] for before, after in pairwise(statuses))


async def test_happy_path_succeeds_with_every_template_that_can(play):
    for ref in CATALOG.template_refs:
        task = await play("happy-path", ref.partition("/")[2])
        broken = ref.endswith("broken-legacy-migration")
        assert task.plan.ends_as is (TaskStatus.FAILED if broken else TaskStatus.COMPLETED), ref
        if not broken:
            assert set(step_statuses(task).values()) <= {StepStatus.COMPLETED, StepStatus.SKIPPED}


async def test_happy_path_takes_a_second_or_two_for_a_step(play):
    task = await play("happy-path", "react-app")
    assert 100 <= task.plan.claimed_at <= 400
    assert all(200 < step.ends_at - step.starts_at < 4_000 for step in task.plan.steps)


async def test_slow_keeps_every_step_busy(play):
    task = await play("slow", "react-app")
    assert 3_000 <= task.plan.claimed_at <= 6_000
    assert all(8_000 <= step.ends_at - step.starts_at <= 20_000 for step in task.plan.steps)
    assert task.plan.ends_as is TaskStatus.COMPLETED


@pytest.mark.parametrize("template", ["hello-world", "data-pipeline"])
async def test_instant_is_complete_as_soon_as_it_is_created(play, template):
    task = await play("instant", template)
    assert task.status(task.created_at) is TaskStatus.COMPLETED
    assert len(list(TaskEvents(task).between(0, task.created_at))) == len(Timeline(task.plan))


async def test_stuck_in_queue_stays_open_until_somebody_cancels_it(play, simulator):
    task = await play("stuck-in-queue")
    world = simulator.worlds.get("default")
    world.clock.advance(10**9 * SECOND)
    assert task.status(world.clock.now()) is TaskStatus.OPEN
    assert list(TaskEvents(task).between(0, world.clock.now())) == []
    cancelled = await simulator.cancel_task(world, task.id)
    assert cancelled.status(world.clock.now()) is TaskStatus.CANCELLED


async def test_first_step_fails_and_every_other_one_is_skipped(play):
    task = await play("first-step-fails", "react-app")
    assert list(step_statuses(task).values()) == [StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.SKIPPED]
    assert task.plan.error.name == "InputError"
    assert task.plan.error.message == "Could not read fetch:template source: the repository answered 404 Not Found"


async def test_last_step_fails_and_the_clean_up_steps_have_their_turn(play):
    task = await play("last-step-fails", "data-pipeline")
    statuses = list(step_statuses(task).items())
    assert statuses[-3:] == [
        ("register", StepStatus.FAILED),
        ("sandbox-off", StepStatus.COMPLETED),
        ("tell", StepStatus.COMPLETED),
    ]
    assert {status for _, status in statuses[:-3]} == {StepStatus.COMPLETED}
    assert task.plan.error.name == "ServiceUnavailableError"
    assert bodies(task)[-1]["error"] == {
        "name": "ServiceUnavailableError",
        "message": "The catalog is not available",
    }


async def test_last_step_fails_after_warnings_in_colour(play):
    task = await play("last-step-fails")
    logged = [body["message"] for body in bodies(task) if body.get("stepId") == "goodbye" and "status" not in body]
    assert logged == [
        "\u001b[32minfo\u001b[39m: Handing over to the catalog",
        "\u001b[33mwarn\u001b[39m: The catalog answered 503, trying again",
        "\u001b[31merror\u001b[39m: The catalog answered 503, giving up",
    ]


@pytest.mark.parametrize(
    ("template", "failing"), [("react-app", "publish"), ("data-pipeline", "publish"), ("secret-deploy-key", "key")]
)
async def test_rate_limited_fails_where_the_provider_is_called(play, template, failing):
    task = await play("rate-limited", template)
    statuses = list(step_statuses(task).items())
    at = [id for id, _ in statuses].index(failing)
    assert statuses[at] == (failing, StepStatus.FAILED)
    assert {status for _, status in statuses[:at]} == {StepStatus.COMPLETED}
    assert statuses[at + 1][1] is StepStatus.SKIPPED
    assert task.plan.error.name == "HttpError"
    logged = [body["message"] for body in bodies(task)]
    assert "\u001b[31merror\u001b[39m: API rate limit exceeded for user:default/guest" in logged


async def test_flaky_fails_twice_and_then_works(play):
    runs = [await play("flaky", "react-app") for _ in range(4)]
    assert [task.plan.ends_as for task in runs] == [
        TaskStatus.FAILED,
        TaskStatus.FAILED,
        TaskStatus.COMPLETED,
        TaskStatus.COMPLETED,
    ]
    assert [task.plan.error.message for task in runs[:2]] == [
        "connect ETIMEDOUT 203.0.113.7:443 (attempt 1)",
        "connect ETIMEDOUT 203.0.113.7:443 (attempt 2)",
    ]


async def test_flaky_counts_every_template_for_itself(play):
    for _ in range(3):
        await play("flaky", "react-app")
    assert (await play("flaky", "hello-world")).plan.ends_as is TaskStatus.FAILED


@pytest.mark.parametrize("template", ["hello-world", "data-pipeline"])
async def test_cancelled_by_someone_else_ends_three_seconds_after_the_create(play, template):
    task = await play("cancelled-by-someone-else", template)
    assert task.status(task.created_at + 2_999) is TaskStatus.PROCESSING
    assert task.status(task.created_at + 3_000) is TaskStatus.CANCELLED
    timeline = Timeline(task.plan)
    types = [timeline[index].type for index in range(len(timeline))]
    assert types.count(EventType.CANCELLED) == 1
    assert types[-1] is EventType.COMPLETION


async def test_chatty_writes_ten_thousand_lines_within_ten_seconds(play):
    task = await play("chatty", "react-app")
    timeline = Timeline(task.plan)
    first = task.plan.steps[0]
    moments = [timeline[index] for index in range(len(timeline))]
    numbered = [moment for moment in moments if "/10000] resolved" in moment.body["message"]]
    assert [moment.body["message"] for moment in numbered] == [
        f"\u001b[32minfo\u001b[39m: [{number}/10000] resolved a package of gift-finder" for number in range(1, 10_001)
    ]
    assert first.starts_at <= numbered[0].at
    assert numbered[-1].at <= first.starts_at + 10_000
    assert task.plan.ends_as is TaskStatus.COMPLETED


async def test_chatty_needs_no_name(play):
    task = await play("chatty", "hello-world")
    assert Timeline(task.plan)[3].body["message"].endswith("[1/10000] resolved a package of the project")


async def test_strange_logs_come_through_the_stream_as_they_are(api):
    (rule,) = yaml.safe_load((SCENARIOS / "strange-logs.yaml").read_text(encoding="utf-8"))["steps"]
    expected = []
    for log in rule["logs"]:
        text, level = (log, "info") if isinstance(log, str) else (log["text"], log.get("level", "info"))
        text = text.replace("${{ '' | center(1000) | replace(' ', 'long ') }}", "long " * 1_000)
        colour = {"info": 32, "warn": 33}.get(level)
        expected.append(text if colour is None else f"\u001b[{colour}m{level}\u001b[39m: {text}")
    task_id = await api.create(headers={"prefer": "scenario=strange-logs"})
    await api.finish(task_id)
    async with api.stream(task_id) as stream:
        await stream.opened()
        streamed = [event["body"] for event in await stream.rest()]
    logged = [event["body"] for event in await api.logs(task_id)]
    for of_step in ("greet", "goodbye"):
        for read in (streamed, logged):
            lines = [body["message"] for body in read if body.get("stepId") == of_step and "status" not in body]
            assert lines == expected


async def test_strange_logs_are_one_frame_each(api):
    task_id = await api.create(headers={"prefer": "scenario=strange-logs"})
    await api.finish(task_id)
    async with api.stream(task_id) as stream:
        await stream.opened()
        events = await stream.rest()
    frames = stream.content.decode().split("\n\n")[:-1]
    assert len(frames) == len(events)
    assert [len(frame.splitlines()) for frame in frames] == [2] * len(frames)


async def test_never_ending_logs_a_line_every_five_seconds_for_ever(play):
    task = await play("never-ending", "react-app")
    last = task.created_at + task.plan.steps[-1].starts_at
    events = [
        event["body"]["message"]
        for event in TaskEvents(task).between(0, last + 12 * SECOND)
        if event["body"].get("stepId") == "register"
    ]
    assert events[1:] == [
        "\u001b[32minfo\u001b[39m: Waiting for an approval that nobody gives",
        "\u001b[32minfo\u001b[39m: Still waiting (1)",
        "\u001b[32minfo\u001b[39m: Still waiting (2)",
        "\u001b[32minfo\u001b[39m: Still waiting (3)",
    ]
    assert task.status(last + 10**9) is TaskStatus.PROCESSING
    assert task.ends_at is None


async def test_never_ending_can_be_cancelled(play, simulator):
    task = await play("never-ending")
    world = simulator.worlds.get("default")
    world.clock.advance(3_600 * SECOND)
    cancelled = await simulator.cancel_task(world, task.id)
    assert cancelled.ends_at == world.clock.now()


async def test_big_output_has_many_links_and_very_long_texts(play):
    task = await play("big-output", "react-app")
    output = bodies(task)[-1]["output"]
    assert len(output["links"]) == 12
    assert all(len(text["content"]) >= 100_000 for text in output["text"])
    assert any(len(link.get("url", "")) > 1_500 for link in output["links"])
    assert "${{" not in json.dumps(output)


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> Scenario:
        return load_scenarios([folder(tmp_path / "own", it=text)], READER).named("it")

    return load


def test_a_later_folder_replaces_scenarios_of_the_same_name(tmp_path):
    first = folder(tmp_path / "first", a="description: First a.", b="description: First b.")
    second = folder(tmp_path / "second", a="description: Second a.", c="description: Second c.")
    loaded = load_scenarios([first, second], READER)
    assert [scenario.description for scenario in loaded] == ["Second a.", "Second c.", "First b."]


def test_a_scenario_that_is_shipped_can_be_replaced(tmp_path):
    own = folder(tmp_path / "own", **{"happy-path": "description: Not that happy.\nqueue: never"})
    loaded = load_scenarios([SCENARIOS, own], READER)
    assert loaded.named("happy-path").description == "Not that happy."
    assert loaded.named("slow").description.startswith("Every step takes its time")


def test_both_endings_of_yaml_files_are_read(tmp_path):
    own = folder(tmp_path / "own")
    (own / "short.yml").write_text("description: x")
    (own / "ignored.json").write_text("{}")
    assert [scenario.name for scenario in load_scenarios([own], READER)] == ["short"]


def test_a_folder_without_a_scenario_is_a_mistake(tmp_path):
    with pytest.raises(BrokenFile, match="this folder holds no YAML file"):
        load_scenarios([tmp_path], READER)


def test_two_files_of_one_name_are_a_mistake(tmp_path):
    for name in ("a.yaml", "a.yml"):
        (tmp_path / name).write_text("description: x", encoding="utf-8")
    with pytest.raises(BrokenFile, match="there is another file of the scenario a"):
        load_scenarios([tmp_path], READER)


@pytest.mark.parametrize("text", ["match: {use: 1.0}", "uses: [{use: 2.0}]", "uses: [{use: {from: 1.0, to: 2.0}}]"])
def test_a_whole_number_may_be_written_with_a_point(load, text):
    load(f"description: x\n{text}")


def test_a_repetition_may_be_written_with_a_point(load):
    scenario = load("description: x\nsteps: [{logs: [{text: a, repeat: 2.0}]}]")
    assert scenario.behaviour.steps[0].logs == (LogRule("a", repeat=2),)


def test_a_folder_that_does_not_exist_is_a_mistake(tmp_path):
    with pytest.raises(BrokenFile, match="nowhere: no such folder"):
        load_scenarios([tmp_path / "nowhere"], READER)


def test_a_file_is_no_folder():
    with pytest.raises(BrokenFile, match="no such folder"):
        load_scenarios([SCHEMA], READER)


@pytest.mark.parametrize("text", ["", "# nothing"])
def test_an_empty_file_holds_no_scenario(load, text):
    with pytest.raises(BrokenFile, match=r"it\.yaml: this file holds no scenario"):
        load(text)


def test_a_scenario_file_holds_one_document(load):
    with pytest.raises(BrokenFile, match=r"it\.yaml:3: a second document"):
        load("description: a\n---\ndescription: b\n")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("queue: 1\n", 1, "<root> must have required property 'description'"),
        ("- a list\n", 1, "<root> must be object"),
        ("description: ''\n", 1, "/description must NOT have fewer than 1 characters"),
        ("description: x\nfault: []\n", 1, "<root> must NOT have additional properties: fault"),
        ("description: x\nfaults:\n  - fault: nope\n", 3, "/faults/0/fault must be equal to one of the allowed values"),
        ("description: x\nfaults:\n  - fault: latency\n", 3, "The fault 'latency' needs 'seconds'"),
        (
            "description: x\nfaults:\n  - fault: reset\n  - {fault: reset, n: 2}\n",
            4,
            "The fault 'reset' has no 'n'; it has done",
        ),
        (
            "description: x\nqueue: soon\n",
            2,
            "/queue must be number or must be array or must be equal to constant: never",
        ),
        ("description: x\nqueue:\n  - 1\n  - -2\n", 4, "/queue/1 must be >= 0"),
        ("description: x\nqueue: [1]\n", 2, "/queue must NOT have fewer than 2 items"),
        ("description: x\ncancel: never\n", 2, "/cancel must be number"),
        ("description: x\nmatch:\n  template: []\n", 3, "/match/template must NOT have fewer than 1 items"),
        ("description: x\nmatch:\n  use: 0\n", 3, "/match/use must be >= 1"),
        ("description: x\nmatch:\n  use: {until: 3}\n", 3, "/match/use must NOT have additional properties: until"),
        ("description: x\nsteps:\n  - position: middle\n", 3, "/steps/0/position must be equal to one of the"),
        (
            "description: x\nsteps:\n  - fail:\n      name: E\n",
            3,
            "/steps/0/fail must have required property 'message'",
        ),
        ("description: x\nsteps:\n  - logs:\n      - a\n      - txt: b\n", 5, "/steps/0/logs/1 must NOT have addit"),
        (
            "description: x\nsteps:\n  - logs:\n      - text: b\n        level: loud\n",
            5,
            "/steps/0/logs/0/level must be",
        ),
        ("description: x\nuses:\n  - queue: 1\n", 3, "/uses/0 must have required property 'use'"),
        ("description: x\ndescription: y\n", 2, 'the key "description" stands here a second time'),
        ("description: x\nqueue: [1, 2\n", 3, "did not find expected"),
        ("description: x\nqueue: [2, 1]\n", 2, "no time is at least 2 and at most 1"),
        ("description: x\nmatch:\n  use: {from: 3, to: 2}\n", 3, "no use is from 3 to 2"),
        ("description: x\nuses:\n  - use: {from: 3, to: 2}\n", 3, "no use is from 3 to 2"),
        ("description: x\nsteps:\n  - logs:\n      - ${{ oops( }}\n", 4, ""),
        ("description: x\nsteps:\n  - status: failed\n", 3, "a step fails with an error, which `fail` tells"),
        ("description: x\nsteps:\n  - logs: [{level: warn}]\n", 3, "/steps/0/logs/0 must have required property"),
        ("description: x\nmatch: {}\n", 2, "/match must NOT have fewer than 1 properties"),
        ("description: x\nsteps:\n  - logs:\n      - {text: a, every: 0}\n", 4, "/steps/0/logs/0/every must be > 0"),
    ],
)
def test_a_broken_scenario_is_told_with_its_file_line_and_reason(load, tmp_path, text, line, reason):
    with pytest.raises(BrokenFile) as caught:
        load(text)
    assert caught.value.path == tmp_path / "own" / "it.yaml"
    assert (caught.value.line, caught.value.reason[: len(reason)]) == (line, reason)


def test_a_scenario_that_says_nothing_changes_nothing(load):
    assert load("description: x") == Scenario("it", "x", None, Behaviour(), source="description: x")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{template: a}", Match(templates=("a",))),
        ("{template: [a, b]}", Match(templates=("a", "b"))),
        ("{createdBy: 'user:*'}", Match(creators=("user:*",))),
        ("{values: {name: x*, tier: 2}}", Match(values=(("name", "x*"), ("tier", 2)))),
        ("{use: 3}", Match(uses=Uses(3, 3))),
        ("{use: {to: 3}}", Match(uses=Uses(1, 3))),
        ("{use: {from: 2}}", Match(uses=Uses(2, None))),
        ("{use: {from: 2, to: 4}}", Match(uses=Uses(2, 4))),
    ],
)
def test_a_match_is_read(load, text, match):
    assert load(f"description: x\nmatch: {text}").match == match


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("2", Duration(2, 2)),
        ("0.5", Duration(0.5, 0.5)),
        ("[1, 2]", Duration(1, 2)),
        ("never", Duration(0, 0, never=True)),
        ("0", Duration(0, 0)),
    ],
)
def test_a_duration_is_read(load, text, duration):
    scenario = load(f"description: x\nqueue: {text}\nsteps:\n  - duration: {text}\n")
    assert scenario.behaviour.queue == scenario.behaviour.steps[0].duration == duration


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{}", StepRule()),
        ("{id: a, action: ['b', 'c:*'], position: last}", StepRule(("a",), ("b", "c:*"), "last")),
        ("{position: 3}", StepRule(position=3)),
        ("{logs: []}", StepRule(logs=())),
        (
            "{logs: [a, {text: b, level: warn, repeat: 3, every: 0.5}]}",
            StepRule(logs=(LogRule("a"), LogRule("b", "warn", 3, 0.5))),
        ),
        ("{fail: {message: m}}", StepRule(fail=FailRule("Error", "m"))),
        ("{fail: {name: E, message: m}}", StepRule(fail=FailRule("E", "m"))),
        ("{fail: {message: m, stack: s}}", StepRule(fail=FailRule("Error", "m", "s"))),
        ("{outputs: {a: [1]}}", StepRule(outputs={"a": [1]})),
        ("{delay: 0.25, status: skipped}", StepRule(delay=250, status=StepStatus.SKIPPED)),
        (
            "{logs: [{text: a, at: 0.5}, {cancelled: true, at: 2}, {text: b, late: true, step: c}]}",
            StepRule(
                logs=(
                    LogRule("a", at=500),
                    LogRule("", at=2_000, is_cancel=True),
                    LogRule("b", is_late=True, step="c"),
                )
            ),
        ),
    ],
)
def test_a_rule_for_steps_is_read(load, text, rule):
    assert load(f"description: x\nsteps: [{text}]").behaviour.steps == (rule,)


def test_the_rest_of_a_scenario_is_read(load):
    text = "description: x\ncancel: 1.5\ncompletion: 2\noutput: {a: 1}\nuses:\n  - {use: 2, cancel: 0, output: {}}\n"
    scenario = load(text)
    assert scenario.behaviour == Behaviour(cancel=1_500, output={"a": 1}, completion=2_000)
    assert scenario.uses == ((Uses(2, 2), Behaviour(cancel=0, output={})),)


def test_an_output_may_look_like_a_rule(load):
    output = {"steps": [{"status": "failed"}]}
    assert load(f"description: x\nsteps: [{{outputs: {output}}}]").behaviour.steps == (StepRule(outputs=output),)


def test_permissions_are_read_with_their_conditions(load):
    text = """
description: x
permissions:
  scaffolder.*: deny
  scaffolder.task.read: own
  scaffolder.template.step.read: {tagged: [a, b]}
"""
    policy = load(text).policy
    assert policy.decision("scaffolder.task.create") == Decision("deny")
    assert policy.decision("scaffolder.task.read") == Decision("own")
    assert policy.decision("scaffolder.template.step.read") == Decision("tagged", ("a", "b"))


@pytest.mark.parametrize(
    "text",
    [
        "scaffolder.task.create: own",
        '"scaffolder.task.*": own',
        "scaffolder.task.read: {tagged: [a]}",
        "scaffolder.template.step.read: own",
        "scaffolder.template.step.read: {tagged: []}",
        "scaffolder.task.read: maybe",
    ],
)
def test_a_condition_that_a_permission_cannot_have_is_a_mistake(load, text):
    with pytest.raises(BrokenFile):
        load(
            f"description: x\npermissions: {{{text}}}" if "{" not in text else f"description: x\npermissions:\n  {text}"
        )
