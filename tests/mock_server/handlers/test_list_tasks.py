import pytest

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
        ("status=open", "Unknown query parameter 'status'"),
        ("x", "Unknown query parameter 'x'"),
        ("CreatedBy=user:default/guest", "Unknown query parameter 'CreatedBy'"),
        ("createdBy=a&createdBy=b", "request/query/createdBy must be string"),
    ],
)
async def test_a_query_that_the_document_does_not_know_is_refused(lasting_api, query, message):
    response = await lasting_api.get(f"/v2/tasks?{query}")
    assert refusal(response)["message"] == message
    assert response.json()["request"]["url"] == f"/v2/tasks?{query}"


async def test_all_that_is_wrong_with_a_query_is_told(lasting_api):
    error = refusal(await lasting_api.get("/v2/tasks?limit=1&createdBy=a&createdBy=b&a~b/c=1"))
    assert error["message"] == "Unknown query parameter 'limit'"
    assert error["violations"] == [
        broken("/query/limit", "unknown", "Unknown query parameter 'limit'"),
        broken("/query/a~0b~1c", "unknown", "Unknown query parameter 'a~b/c'"),
        broken("/query/createdBy", "type", "must be string"),
    ]


async def test_the_list_forgets_the_first_that_finished_when_there_are_too_many(api):
    api.world.store._limit = 2
    forgotten, kept = await api.create(headers={"prefer": "scenario=instant"}), await api.create()
    newest = await api.create()
    assert [task["id"] for task in (await api.get("/v2/tasks")).json()["tasks"]] == [newest, kept]
    assert (await api.get(f"/v2/tasks/{forgotten}")).status_code == 404
