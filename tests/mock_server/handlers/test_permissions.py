"""What a scenario denies is refused by every operation that needs it, and by no other."""

import pytest

from tests.mock_server.conftest import SERVICE
from tests.mock_server.handlers.requests import HELLO, JSON

POLICIES = {
    "no-reading": "permissions: {scaffolder.task.read: deny}",
    "no-cancelling": "permissions: {scaffolder.task.cancel: deny}",
    "no-creating": "permissions: {scaffolder.task.create: deny}",
    "no-trying": "permissions: {scaffolder.template.dry-run: deny}",
    "own-only": "permissions: {scaffolder.task.read: own, scaffolder.task.cancel: own}",
    "own-cancel": "permissions: {scaffolder.task.cancel: own}",
    "nothing": 'permissions: {"scaffolder.*": deny, "scaffolder.task.read": allow}',
    "no-actions": "permissions: {scaffolder.action.execute: deny}",
    "tagged": """
permissions:
  scaffolder.template.parameter.read: {tagged: [public]}
  scaffolder.template.step.read: {tagged: [public, secret]}
""",
    "no-parts": 'permissions: {"scaffolder.template.*.read": deny}',
}
TEMPLATES = """
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: tagged}
spec:
  type: service
  parameters:
    - {title: Plain, required: [plain]}
    - {title: Public, required: [open], "backstage:permissions": {tags: [public]}}
    - {title: Secret, required: [closed], "backstage:permissions": {tags: [secret]}}
  steps:
    - {id: plain, action: "debug:log"}
    - {id: open, action: "debug:log", "backstage:permissions": {tags: [public]}}
    - {id: closed, action: "debug:log", "backstage:permissions": {tags: [secret]}}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: hello-world}
spec:
  type: service
  parameters: {title: Plain}
  steps: [{id: plain, action: "debug:log"}]
"""
DRY_RUN = {"template": {}, "values": {}, "directoryContents": []}
PATHS = [
    ("GET", ""),
    ("GET", "/events"),
    ("GET", "/eventstream"),
    ("GET", "/logs"),
    ("POST", "/cancel"),
    ("POST", "/retry"),
]


@pytest.fixture
def api(make_api, tmp_path):
    (tmp_path / "scenarios").mkdir()
    for name, text in POLICIES.items():
        (tmp_path / "scenarios" / f"{name}.yaml").write_text(f"description: It is {name}.\n{text}", encoding="utf-8")
    (tmp_path / "templates.yaml").write_text(TEMPLATES, encoding="utf-8")
    return make_api(scenarios=[tmp_path / "scenarios"], templates=[tmp_path / "templates.yaml"])


async def asked(api, scenario, method, path, **kwargs):
    """The status of an answer while a scenario is named; a refusal is worded as the real one is."""
    response = await api.http.request(method, path, params={"__scenario": scenario}, **kwargs)
    if response.status_code == 403:
        assert response.json()["error"] == {"name": "NotAllowedError", "message": ""}
    return response.status_code


async def asked_of_task(api, scenario, task_id):
    """The paths of a task that are refused while a scenario is named."""
    statuses = {path: await asked(api, scenario, method, f"/v2/tasks/{task_id}{path}") for method, path in PATHS}
    return {path for path, status in statuses.items() if status == 403}


@pytest.mark.parametrize(
    ("scenario", "refused"),
    [
        ("no-reading", {path for _, path in PATHS}),
        ("no-cancelling", {"/cancel"}),
        ("no-creating", {"/retry"}),
        ("no-trying", set()),
        ("own-only", set()),
        ("read-only", {"/cancel", "/retry"}),
        ("nothing", {"/cancel", "/retry"}),
    ],
)
async def test_what_a_user_may_not_do_with_a_task_is_refused(api, scenario, refused):
    task_id = await api.create()
    await api.finish(task_id)
    assert await asked_of_task(api, scenario, task_id) == refused


@pytest.mark.parametrize(
    ("scenario", "refused"), [("own-only", {path for _, path in PATHS}), ("own-cancel", {"/cancel"})]
)
async def test_what_is_allowed_with_one_s_own_tasks_is_refused_with_others(api, scenario, refused):
    task_id = await api.create(headers=SERVICE)
    await api.finish(task_id)
    assert await asked_of_task(api, scenario, task_id) == refused


@pytest.mark.parametrize("scenario", ["no-reading", "no-creating", "no-cancelling", "own-only"])
async def test_a_task_that_is_not_there_is_not_there_for_those_either_who_may_not_read(api, scenario):
    for method, path in PATHS:
        assert await asked(api, scenario, method, f"/v2/tasks/nope{path}") == 404


async def test_a_service_may_do_everything(api):
    task_id = await api.create()
    await api.finish(task_id)
    for scenario in ("no-reading", "nothing", "own-only"):
        for method, path in (("GET", ""), ("POST", "/cancel")):
            assert await asked(api, scenario, method, f"/v2/tasks/{task_id}{path}", headers=SERVICE) == 200
    assert await asked(api, "no-creating", "POST", "/v2/tasks", headers=SERVICE, json=HELLO) == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (HELLO, 403),
        ({"templateRef": "nope", "values": {}}, 403),
        ({"templateRef": "component:x", "values": {}}, 403),
        ({"templateRef": "tagged", "values": {}}, 403),
        ({"templateRef": "x/", "values": {}}, 400),
        ({"values": 1}, 400),
    ],
)
async def test_a_create_is_refused_behind_the_reading_of_the_request_and_before_anything_is_looked_up(
    api, body, status
):
    assert await asked(api, "no-creating", "POST", "/v2/tasks", json=body) == status


async def test_a_create_that_is_refused_leaves_no_task(api):
    await asked(api, "no-creating", "POST", "/v2/tasks", json=HELLO)
    assert (await api.get("/v2/tasks")).json() == {"tasks": [], "totalTasks": 0}


@pytest.mark.parametrize("scenario", ["no-creating", "no-trying", "nothing", "read-only"])
async def test_a_dry_run_needs_both_permissions(api, scenario):
    assert await asked(api, scenario, "POST", "/v2/dry-run", json=DRY_RUN) == 403
    assert await asked(api, scenario, "POST", "/v2/dry-run", json={"values": {}}) == 400


@pytest.mark.parametrize(("path", "status"), [("/events?after=x", 400), ("?x=1", 400)])
async def test_a_request_that_is_no_good_is_told_so_before_it_is_refused(api, path, status):
    url = f"/v2/tasks/{await api.create()}{path}"
    assert (await api.get(url, headers={"prefer": "scenario=no-reading"})).status_code == status


async def test_a_list_of_what_nobody_may_read_is_refused(api):
    assert await asked(api, "no-reading", "GET", "/v2/tasks") == 403
    response = await api.get("/v2/tasks?order=nope", headers={"prefer": "scenario=no-reading"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("query", "total"),
    [("", 2), ("createdBy=user:default/guest&", 2), ("createdBy=user:default/other&", 0), ("limit=1&", 2)],
)
async def test_a_list_has_one_s_own_tasks_where_no_others_may_be_read(api, query, total):
    mine = {await api.create() for _ in range(2)}
    await api.create(headers=SERVICE)
    listed = (await api.get(f"/v2/tasks?{query}__scenario=own-only")).json()
    assert listed["totalTasks"] == total
    assert {task["id"] for task in listed["tasks"]} <= mine


async def form(api, template, scenario, **kwargs):
    path = f"/v2/templates/default/template/{template}/parameter-schema?__scenario={scenario}"
    return [step["title"] for step in (await api.get(path, **kwargs)).json()["steps"]]


async def test_a_form_lacks_the_pages_that_may_not_be_read(api):
    assert await form(api, "tagged", "tagged") == ["Public"]
    assert await form(api, "tagged", "no-parts") == []
    assert await form(api, "hello-world", "tagged") == []
    assert await form(api, "tagged", "happy-path") == ["Plain", "Public", "Secret"]
    assert await form(api, "tagged", "tagged", headers=SERVICE) == ["Plain", "Public", "Secret"]


async def test_the_values_of_pages_that_may_not_be_read_are_not_checked(api):
    body = {"templateRef": "tagged", "values": {}}
    assert await asked(api, "tagged", "POST", "/v2/tasks", json=body) == 400
    assert await asked(api, "no-parts", "POST", "/v2/tasks", json=body) == 201
    assert await asked(api, "tagged", "POST", "/v2/tasks", json={**body, "values": {"open": 1}}) == 201


@pytest.mark.parametrize(
    ("scenario", "steps"), [("tagged", ["open", "closed"]), ("no-parts", []), ("slow", ["plain", "open", "closed"])]
)
async def test_a_task_lacks_the_steps_that_may_not_be_read(api, scenario, steps):
    values = {"plain": 1, "open": 1, "closed": 1}
    task = await api.task(await api.create("tagged", values, headers={"prefer": f"scenario={scenario}"}))
    assert [step["id"] for step in task["spec"]["steps"]] == steps


async def test_the_active_scenario_holds_where_a_request_names_none(api):
    api.world.scenario = "no-creating"
    assert (await api.post("/v2/tasks", HELLO)).status_code == 403
    assert await asked(api, "happy-path", "POST", "/v2/tasks", json=HELLO) == 201


async def test_a_scenario_that_nobody_knows_changes_nothing_for_who_only_looks(api):
    assert await asked(api, "nope", "GET", "/v2/tasks") == 200


async def test_where_nobody_needs_a_token_the_denial_holds_for_nobody_too(make_api):
    api = make_api(auth="off", scenario="read-only")
    response = await api.post("/v2/tasks", HELLO, headers={"authorization": "", **JSON})
    assert response.status_code == 403


async def test_in_the_world_of_a_scenario_that_one_is_active(api):
    assert (await api.http.post("http://mock/worlds/read-only/api/scaffolder/v2/tasks", json=HELLO)).status_code == 403
    response = await api.http.post("http://mock/worlds/slow/api/scaffolder/v2/tasks", json=HELLO)
    assert response.headers["x-mock-scenario"] == "slow"
    response = await api.http.post("http://mock/worlds/slower/api/scaffolder/v2/tasks", json=HELLO)
    assert response.headers["x-mock-scenario"] == "happy-path"


async def test_a_task_fails_whose_actions_may_not_be_executed(api):
    task_id = await api.create(headers={"prefer": "scenario=no-actions"})
    await api.finish(task_id)
    task = await api.task(task_id)
    assert task["status"] == "failed"
    completion = (await api.get(f"/v2/tasks/{task_id}/logs")).json()[-1]
    assert completion["body"]["error"]["name"] == "NotAllowedError"


async def test_the_actions_of_a_service_may_always_be_executed(api):
    task_id = await api.create(headers={**SERVICE, "prefer": "scenario=no-actions"})
    await api.finish(task_id)
    assert (await api.task(task_id))["status"] == "completed"
