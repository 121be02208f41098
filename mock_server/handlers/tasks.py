"""The operations of the tag Tasks."""

import math
from dataclasses import replace
from typing import Any

from mock_server.answers import Answer, Header, json_answer, json_text_answer
from mock_server.directory_contents import read_directory_contents
from mock_server.dry_run import DryRun, dry_run
from mock_server.handlers.event_stream import EventStream
from mock_server.handlers.long_answers import json_array, write_values
from mock_server.handlers.long_poll import LongPoll
from mock_server.handlers.task_list import task_query
from mock_server.journal import Choice
from mock_server.lifecycle import TaskStatus
from mock_server.permissions import CREATE, DRY_RUN, READ
from mock_server.query import coerce_number
from mock_server.quirks import Quirk
from mock_server.request import Call, missing_in_body
from mock_server.simulator import NewTask, Started
from mock_server.task import Task, TaskEvents


async def list_tasks(call: Call) -> Answer:
    query, creators = task_query(call.parameters), call.permits.creators(READ)
    if creators is not None:
        query = replace(query, creators=creators if query.creators is None else creators & query.creators)
    page = await call.world.store.find(query)
    now, bodies = call.world.clock.now(), call.simulator.bodies
    tasks = await json_array(page.tasks, lambda some: b",".join(bodies.body(task, now) for task in some))
    return json_text_answer(200, b'{"tasks":%b,"totalTasks":%d}' % (tasks, page.total))


async def create_task(call: Call) -> Answer:
    new = NewTask(call.body["templateRef"], call.body["values"], call.body.get("secrets", {}), call.scenario)
    started = await call.simulator.create_task(call.world, call.principal, new, call.permits)
    return json_answer(201, {"id": started.task.id}, _playing(call, started))


async def get_task(call: Call) -> Answer:
    task = await _task(call)
    return call.simulator.bodies.answer(task, call.world.clock.now())


async def cancel_task(call: Call) -> Answer:
    await call.simulator.cancel_task(call.world, call.parameters["taskId"], call.permits)
    # The real server says so of any task, and the real client reads it.
    return json_answer(200, {"status": TaskStatus.CANCELLED.value})


async def retry_task(call: Call) -> Answer:
    secrets = (call.body or {}).get("secrets", {})
    task_id = call.parameters["taskId"]
    started = await call.simulator.retry_task(call.world, task_id, secrets, call.scenario, call.permits)
    return json_answer(201, {"id": started.task.id}, _playing(call, started))


async def get_task_event_stream(call: Call) -> EventStream:
    task = await _task(call)
    return EventStream(call.world, task.id, _unchecked_after(call), call.simulator.settings.quirks)


async def get_task_events(call: Call) -> Answer | LongPoll:
    task = await _task(call)
    found = TaskEvents(task).between(_after(call), call.world.clock.now(), completion_again=True)
    told = await json_array(found, write_values)
    return json_text_answer(200, told) if told != b"[]" else LongPoll(call.world, task.id, _after(call))


async def get_task_logs(call: Call) -> Answer:
    events = TaskEvents(await _task(call))
    return json_text_answer(200, await json_array(events.between(_after(call), call.world.clock.now()), write_values))


async def dry_run_task(call: Call) -> Answer:
    body: dict[str, Any] = call.body
    quirks = call.simulator.settings.quirks
    if Quirk.CONTENTS_REQUIRED in quirks and "directoryContents" not in body:
        raise missing_in_body("directoryContents")
    call.permits.require(CREATE, DRY_RUN)
    request = DryRun(
        body["template"],
        body["values"],
        call.simulator.user(call.principal),
        body.get("secrets", {}),
        read_directory_contents(body.get("directoryContents", [])),
    )
    result = dry_run(request, call.simulator.actions, call.simulator.catalog.entities, call.permits)
    return json_answer(200, result.to_json(bare=Quirk.BARE_DRY_RUN in quirks))


async def _task(call: Call) -> Task:
    task = await call.world.store.get(call.parameters["taskId"])
    if task.scenario is not None and call.entry.choice is None:
        call.entry.choice = Choice(task.scenario, "task")
    call.permits.require_with_task(task.created_by, READ)
    return task


def _playing(call: Call, started: Started) -> Header:
    call.entry.choice, call.entry.task_id = started.choice, started.task.id
    return b"x-mock-scenario", started.choice.scenario.encode()


def _after(call: Call) -> int:
    return int(call.parameters.get("after", 0))


def _unchecked_after(call: Call) -> int | None:
    after = call.parameters.get("after", 0)
    number = after if isinstance(after, int | float) else coerce_number(after)
    return None if number is None else math.floor(number)
