import asyncio
import re
from dataclasses import replace
from typing import get_args

import pytest

from mock_server.clock import give_way
from mock_server.task_index import Field
from openapi.documents import load_backstage
from tests.mock_server.conftest import SERVICE
from tests.mock_server.handlers.requests import broken, refusal


async def test_there_are_no_tasks_at_first(api):
    assert (await api.get("/v2/tasks")).json() == {"tasks": [], "totalTasks": 0}


async def test_the_newest_task_is_listed_first_even_of_one_instant(api):
    created = [await api.create(), await api.create()]
    api.clock.advance(1)
    created.append(await api.create())
    listed = (await api.get("/v2/tasks")).json()
    assert [task["id"] for task in listed["tasks"]] == created[::-1]
    assert listed["totalTasks"] == 3


async def test_a_listed_task_is_the_task_itself(api):
    task_id = await api.create()
    assert (await api.get("/v2/tasks")).json()["tasks"] == [await api.task(task_id)]


@pytest.mark.parametrize(
    ("creator", "count"),
    [
        ("user:default/guest", 2),
        ("User:Default/Guest", 0),
        ("guest", 0),
        ("user:default/guest,user:default/other", 0),
        ("user:default/gues", 0),
        ("", 0),
        ("user:default/größe 🎉", 0),
    ],
)
async def test_a_creator_is_asked_for_exactly(api, creator, count):
    await api.create()
    await api.create(headers=SERVICE)
    await api.create()
    response = await api.get("/v2/tasks", params={"createdBy": creator})
    assert response.status_code == 200
    assert len(response.json()["tasks"]) == response.json()["totalTasks"] == count


async def test_a_creator_without_a_value_is_an_empty_one(api):
    await api.create()
    assert (await api.get("/v2/tasks?createdBy")).json() == {"tasks": [], "totalTasks": 0}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("x", "Unknown query parameter 'x'"),
        ("CreatedBy=user:default/guest", "Unknown query parameter 'CreatedBy'"),
        ("x[]=1", "Unknown query parameter 'x'"),
        ("createdBy[a]=b", "request/query/createdBy/0 must be string"),
        ("status[1000]=open", "request/query/status/0 must be string"),
        ("limit=abc", "request/query/limit must be integer"),
        ("limit=1.5", "request/query/limit must be integer"),
        ("limit=1&limit=2", "request/query/limit must be integer"),
        ("limit[]=1", "request/query/limit must be integer"),
        ("limit=-1", "request/query/limit must be >= 0"),
        ("offset=-5", "request/query/offset must be >= 0"),
        ("limit=", "Empty value found for query parameter 'limit'"),
        ("order=created_at", 'Invalid order parameter "created_at", expected "<asc or desc>:<field name>"'),
        ("order=", "Empty value found for query parameter 'order'"),
        ("status", "Empty value found for query parameter 'status'"),
        ("order[]=", 'Invalid order parameter "", expected "<asc or desc>:<field name>"'),
        ("order=ASC:status", 'Invalid order parameter "ASC:status", expected "<asc or desc>:<field name>"'),
        ("order=asc:createdAt", 'Invalid order field "createdAt"'),
        ("order=asc:status&order=desc:id", 'Invalid order field "id"'),
        ("order=asc:id&offset=-1&limit=-1", "request/query/limit must be >= 0"),
        ("limit=x&foo=1", "Unknown query parameter 'foo'"),
    ],
)
async def test_a_query_that_is_not_understood_is_refused(lasting_api, query, message):
    response = await lasting_api.get(f"/v2/tasks?{query}")
    assert refusal(response)["message"] == message
    assert response.json()["request"]["url"] == f"/v2/tasks?{query}"


async def test_all_that_is_wrong_with_a_query_is_told(lasting_api):
    error = refusal(await lasting_api.get("/v2/tasks?offset=-1&limit=a&a~b/c=1&limit=2"))
    assert error["message"] == "Unknown query parameter 'a~b/c'"
    assert error["violations"] == [
        broken("/query/a~0b~1c", "unknown", "Unknown query parameter 'a~b/c'"),
        broken("/query/limit", "type", "must be integer"),
        broken("/query/offset", "minimum", "must be >= 0"),
    ]


async def listed(api, query):
    response = await api.get(f"/v2/tasks?{query}")
    assert response.status_code == 200
    return response.json()


@pytest.fixture
async def four_tasks(api):
    """Of a user and a service, one of each long done and one in the queue; the oldest first."""
    done = {"prefer": "scenario=instant"}
    waiting = {"prefer": "scenario=stuck-in-queue"}
    created = [await api.create(headers=done), await api.create(headers=SERVICE | waiting)]
    api.clock.advance(1_000)
    return [*created, await api.create(headers=SERVICE | done), await api.create(headers=waiting)]


@pytest.mark.parametrize(
    ("query", "found", "total"),
    [
        ("", "3210", 4),
        ("limit=2", "32", 4),
        ("limit=2&offset=1", "21", 4),
        ("offset=3", "0", 4),
        ("offset=4&limit=1", "", 4),
        ("limit=0", "", 4),
        ("limit=%2B1", "3", 4),
        ("limit=1e0", "3", 4),
        ("limit=0x1", "3", 4),
        ("limit=01", "3", 4),
        ("limit=%201", "3", 4),
        ("limit=%20", "", 4),
        ("limit=1e300", "3210", 4),
        ("status=completed", "20", 2),
        ("status=completed&status=open", "3210", 4),
        ("status[]=completed&status[]=failed", "20", 2),
        ("status[0]=completed&status[1]=open&limit=1", "3", 4),
        ("status=completed,open", "", 0),
        ("status=Open", "", 0),
        ("status[]=", "", 0),
        ("createdBy=", "", 0),
        ("createdBy=user:default/guest", "30", 2),
        ("createdBy=user:default/guest&createdBy=nobody", "30", 2),
        ("createdBy[]=user:default/guest&status=open", "3", 1),
        ("order=asc:created_at", "0123", 4),
        ("order=asc:created_at&offset=1&limit=2", "12", 4),
        ("order=desc:status&order=asc:created_at", "1302", 4),
        ("order=asc:created_by&order=desc:created_at", "2130", 4),
        ("order[]=desc:created_by&limit=1&status=completed", "0", 2),
    ],
)
async def test_tasks_are_filtered_ordered_and_listed_page_by_page(api, four_tasks, query, found, total):
    listing = await listed(api, query)
    assert [task["id"] for task in listing["tasks"]] == [four_tasks[int(index)] for index in found]
    assert listing["totalTasks"] == total


async def test_a_status_is_the_one_that_the_task_has_now(api):
    task_id = await api.create()
    assert (await listed(api, "status=open"))["totalTasks"] == 1
    await api.finish(task_id)
    assert (await listed(api, "status=open"))["totalTasks"] == 0
    assert (await listed(api, "status=completed"))["tasks"] == [await api.task(task_id)]


async def test_a_retried_task_is_listed_under_its_new_status(api):
    task_id = await api.create()
    await api.finish(task_id)
    assert (await api.post(f"/v2/tasks/{task_id}/retry")).status_code == 201
    assert (await listed(api, "status=completed"))["totalTasks"] == 0
    assert (await listed(api, "status=open"))["totalTasks"] == 1
    await api.finish(task_id)
    assert (await listed(api, "status=completed"))["totalTasks"] == 1


async def test_a_cancelled_task_is_listed_as_cancelled(api):
    task_id = await api.create()
    await api.post(f"/v2/tasks/{task_id}/cancel")
    assert [task["id"] for task in (await listed(api, "status=cancelled"))["tasks"]] == [task_id]


def test_the_orders_of_the_document_are_those_that_are_understood():
    parameters = load_backstage()["paths"]["/v2/tasks"]["get"]["parameters"]
    pattern = next(entry["schema"]["items"]["pattern"] for entry in parameters if entry["name"] == "order")
    understood = {f"{direction}:{name}" for direction in ("asc", "desc") for name in get_args(Field)}
    tried = understood | {"asc:", ":status", "asc:id", "up:status", "asc:status,id"}
    assert {text for text in tried if re.search(pattern, text)} == understood


async def test_the_list_forgets_the_first_that_finished_when_there_are_too_many(api):
    api.world.store._limit = 2
    forgotten, kept = await api.create(headers={"prefer": "scenario=instant"}), await api.create()
    newest = await api.create()
    assert [task["id"] for task in (await api.get("/v2/tasks")).json()["tasks"]] == [newest, kept]
    assert (await api.get(f"/v2/tasks/{forgotten}")).status_code == 404


async def test_a_list_of_very_many_tasks_is_written_while_others_have_their_turn(api):
    store = api.server.simulator.worlds.get("default").store
    task = await store.get(await api.create())
    await store.create_all(replace(task, id=f"copy {number}") for number in range(1_700))
    turns = 0

    async def count_turns():
        nonlocal turns
        while True:
            turns += 1
            await give_way()

    counting = asyncio.create_task(count_turns())
    whole = await api.get("/v2/tasks")
    counting.cancel()
    assert turns >= 3
    pages = [(await api.get(f"/v2/tasks?limit=500&offset={offset}")).json() for offset in (0, 500, 1_000, 1_500)]
    assert whole.json() == {"tasks": [each for page in pages for each in page["tasks"]], "totalTasks": 1_701}
    assert (await api.get("/v2/tasks", headers={"if-none-match": whole.headers["etag"]})).status_code == 304
