"""What is remembered of a step is what it would come to again."""

import pytest

from contracts.template_values import make_values
from mock_server.app import MockServer, Options
from mock_server.entities import Entities
from mock_server.scenario import Duration, LogRule
from mock_server.simulator import NewTask, Principal, Simulator
from mock_server.step_memory import MAX_CHARACTERS, Remembered, StepMemory
from mock_server.templates import parameter_schema

NOBODY = Entities([])
KNOWN = Remembered((LogRule("Hello"),), (Duration(1, 2),), ({"it": 1},), spent=7)
USERS = [Principal("user:default/guest"), Principal("user:default/jane.doe"), Principal(None)]


def step(message: str = "Hello") -> dict:
    return {"id": "it", "name": "It", "action": "debug:log", "input": {"message": message}}


def recall(memory, step, values="{}", user="user:default/guest", entities=NOBODY, failed_before=False):
    return memory.of_task(values, user, entities).recall(step, failed_before=failed_before)


def remember(memory, step, values="{}", user="user:default/guest", known=KNOWN):
    memory.of_task(values, user, NOBODY).remember(step, known, failed_before=False)


def test_a_step_is_remembered_for_the_circumstances_that_it_reads():
    memory, greeting = StepMemory(), step("Hello, ${{ parameters.name }}")
    remember(memory, greeting, '{"name": "a"}')
    assert recall(memory, greeting, '{"name": "a"}') is KNOWN
    assert recall(memory, greeting, '{"name": "b"}') is None
    assert recall(memory, greeting, '{"name": "a"}', user="user:default/other") is None
    assert recall(memory, greeting, '{"name": "a"}', user=None) is None
    assert recall(memory, greeting, '{"name": "a"}', failed_before=True) is None
    assert recall(memory, greeting, '{"name": "a"}', entities=Entities([])) is None
    assert recall(memory, step("Hello, ${{ parameters.name }}"), '{"name": "a"}') is None


def test_to_a_step_that_does_not_read_them_the_values_do_not_matter():
    memory, greeting = StepMemory(), step()
    remember(memory, greeting, '{"name": "a"}')
    assert recall(memory, greeting, '{"name": "b"}') is KNOWN


@pytest.mark.parametrize(
    "text",
    [
        "${{ context.task.id }}",
        "${{ steps.first.output.it }}",
        "${{ steps['first'].output }}",
        "${{ secrets.token }}",
        "${{ environment.parameters.it }}",
        "{% set a =\ncontext %}${{ a.task.id }}",
    ],
)
def test_a_step_that_reads_what_only_its_task_has_is_not_remembered(text):
    memory, greeting = StepMemory(), step(text)
    remember(memory, greeting)
    assert recall(memory, greeting) is None
    assert len(memory) == 0


def test_what_would_take_up_much_is_not_remembered():
    memory, greeting = StepMemory(), step("${{ parameters.name }}")
    long = "x" * MAX_CHARACTERS
    remember(memory, greeting, f'{{"name": "{long}"}}')
    remember(memory, greeting, known=Remembered((LogRule(long), LogRule("x")), (), (), 0))
    remember(memory, greeting, known=Remembered((), (), ({"it": long},), 0))
    assert len(memory) == 0


def test_the_least_used_steps_are_forgotten():
    memory, steps = StepMemory(max_steps=2), [step() for _ in range(3)]
    for each in steps[:2]:
        remember(memory, each)
    assert recall(memory, steps[0]) is KNOWN
    remember(memory, steps[2])
    assert [recall(memory, each) for each in steps] == [KNOWN, None, KNOWN]


def simulator(monkeypatch, *, remembers: bool) -> Simulator:
    with monkeypatch.context() as patched:
        if not remembers:
            patched.setattr("mock_server.simulator.StepMemory", lambda: StepMemory(max_steps=0))
        return MockServer(Options(seed=7)).simulator


async def plans(simulator: Simulator) -> list:
    """Three tasks of each template by each user in each scenario; of those with secrets, one in two has them."""
    world = simulator.worlds.get("default")
    made = []
    for template in (entity for entity in simulator.catalog.entities if entity["kind"] == "Template"):
        values = make_values(parameter_schema(template))
        needs = template["spec"].get("secrets", {}).get("schema", {}).get("required", [])
        for scenario in simulator.scenarios:
            for user in USERS:
                ref = f"template:default/{template['metadata']['name']}"
                for turn in range(3):
                    secrets = dict.fromkeys(needs, "s3cret-value") or {"token": "s3cret"} if needs or turn == 1 else {}
                    new = NewTask(ref, values, secrets, scenario.name)
                    made.append((await simulator.create_task(world, user, new)).task.plan)
    return made


async def test_a_task_goes_as_it_would_if_nothing_were_remembered(monkeypatch):
    remembering, forgetful = simulator(monkeypatch, remembers=True), simulator(monkeypatch, remembers=False)
    made, expected = await plans(remembering), await plans(forgetful)
    assert len(made) > 300
    assert made == expected


async def test_nothing_is_remembered_of_templates_that_were_loaded_before(monkeypatch):
    memory = StepMemory()
    monkeypatch.setattr("mock_server.simulator.StepMemory", lambda: memory)
    simulator = MockServer().simulator
    await simulator.create_task(simulator.worlds.get("default"), USERS[0], NewTask("hello-world", {}))
    assert len(memory) == 1
    simulator.take(simulator.catalog, simulator.scenarios)
    assert len(memory) == 0
