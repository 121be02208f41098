import pytest

from mock_server.clock import timestamp
from tests.mock_server.conftest import SERVICE
from tests.mock_server.handlers.requests import HELLO_REF, claim, refusal


async def test_a_task_of_a_user_is_shown_with_all_that_it_was_made_of(lasting_api):
    task = await lasting_api.task(await lasting_api.create(values={"name": "x"}))
    assert list(task) == ["id", "spec", "status", "createdAt", "createdBy"]
    assert task["createdAt"] == timestamp(lasting_api.clock.now())
    assert task["createdBy"] == "user:default/guest"
    spec = task["spec"]
    assert list(spec) == ["apiVersion", "steps", "output", "parameters", "user", "templateInfo"]
    assert spec["apiVersion"] == "scaffolder.backstage.io/v1beta3"
    assert [(step["id"], step["name"], step["action"]) for step in spec["steps"]] == [
        ("greet", "Say hello", "debug:log"),
        ("goodbye", "Say goodbye", "debug:log"),
    ]
    assert spec["steps"][1]["input"]["message"].startswith("That was task ${{ context.task.id }}.")
    assert spec["parameters"] == {"name": "x"}
    assert spec["user"]["ref"] == "user:default/guest"
    assert spec["user"]["entity"]["spec"]["profile"]["displayName"] == "Guest"
    info = spec["templateInfo"]
    assert list(info) == ["entityRef", "baseUrl", "entity"]
    assert info["entityRef"] == HELLO_REF
    assert info["baseUrl"] == "https://github.com/acme/templates/tree/main/hello-world/"
    assert list(info["entity"]) == ["metadata"]
    assert info["entity"]["metadata"]["name"] == "hello-world"
    assert info["entity"]["metadata"]["namespace"] == "default"


async def test_a_task_of_a_service_has_no_creator_and_no_user(lasting_api):
    task = await lasting_api.task(await lasting_api.create(headers=SERVICE))
    assert "createdBy" not in task
    assert task["spec"]["user"] == {}


async def test_a_task_tells_what_has_happened_to_it_by_now(lasting_api):
    task_id = await lasting_api.create()
    queued = await lasting_api.task(task_id)
    await claim(lasting_api, task_id)
    claimed_at = timestamp(lasting_api.clock.now())
    running = await lasting_api.task(task_id)
    done = await lasting_api.finish(task_id)
    assert (queued["status"], running["status"], done["status"]) == ("open", "processing", "completed")
    assert running == {**queued, "status": "processing", "lastHeartbeatAt": claimed_at}
    assert list(done) == ["id", "spec", "status", "createdAt", "lastHeartbeatAt", "completedAt", "createdBy"]
    assert done["completedAt"] == timestamp(lasting_api.clock.now())


async def test_reading_a_task_changes_nothing(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    assert await lasting_api.task(task_id) == await lasting_api.task(task_id)


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("unknown", "unknown"),
        ("a%2Fb", "a/b"),
        ("a%20b", "a b"),
        ("%C3%A9", "é"),
        ("..%2F..", "../.."),
        ("%25", "%"),
        ("a+b", "a+b"),
        ("%00", "\0"),
    ],
)
async def test_an_unknown_id_is_quoted_as_it_was_meant(lasting_api, path, id):
    for response in (
        await lasting_api.get(f"/v2/tasks/{path}"),
        await lasting_api.get(f"/v2/tasks/{path}/logs"),
        await lasting_api.get(f"/v2/tasks/{path}/eventstream"),
        await lasting_api.post(f"/v2/tasks/{path}/cancel"),
    ):
        assert response.status_code == 404
        assert response.json()["error"] == {"name": "NotFoundError", "message": f"No task with id '{id}' found"}


@pytest.mark.parametrize("path", ["%ff", "%zz", "%4", "a%"])
async def test_an_id_that_is_badly_encoded_is_refused(lasting_api, path):
    # The message ends so.
    assert refusal(await lasting_api.get(f"/v2/tasks/{path}"))["message"] == "malformed uri'"
