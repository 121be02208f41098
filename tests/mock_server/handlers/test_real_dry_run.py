"""Dry runs with the quirks of the real server."""

import pytest

from mock_server.quirks import Quirk
from tests.mock_server.handlers.requests import refusal
from tests.mock_server.handlers.test_dry_run_task import dry, template

STEP = {"id": "greet", "name": "Greet", "action": "debug:log", "input": {}}


@pytest.fixture
def quirky(make_api):
    return lambda *quirks: make_api(quirks=frozenset(quirks))


async def test_the_log_has_no_types_and_the_steps_have_no_statuses(quirky):
    response = await quirky(Quirk.BARE_DRY_RUN).post("/v2/dry-run", json=dry(template(steps=[STEP])))
    result = response.json()
    assert [list(entry) for entry in result["log"]] == [["body"]] * len(result["log"])
    assert result["steps"] == [STEP]


async def test_the_files_must_be_given(quirky):
    api = quirky(Quirk.CONTENTS_REQUIRED)
    message = refusal(await api.post("/v2/dry-run", json=dry(template())))["message"]
    assert message == "request/body must have required property 'directoryContents'"
    assert (await api.post("/v2/dry-run", json=dry(template(), directoryContents=[]))).status_code == 200


@pytest.mark.parametrize(
    ("made", "status", "name", "message"),
    [
        ({}, 500, "TypeError", "<root> must have required property 'apiVersion' - missingProperty: apiVersion"),
        (template(output={"a": 1}), 500, "TypeError", "/spec/output/a must be string - type: string"),
        (
            template(steps=[{"action": "debug:log", "if": 1}]),
            500,
            "TypeError",
            "/spec/steps/0/if must be string,boolean - type: string,boolean",
        ),
        ({**template(), "kind": "Component"}, 400, "InputError", "Input template is not a template"),
        (
            template(steps=[{"action": "catalog:fetch", "input": {}}]),
            500,
            "Error",
            "Missing entity reference or references",
        ),
        (
            template(steps=[{"action": "catalog:write", "input": {"entity": {}}}]),
            500,
            "TypeError",
            "Cannot read properties of undefined (reading 'annotations')",
        ),
        (
            template(steps=[{"action": "fs:delete", "input": {"files": [".."]}}]),
            403,
            "NotAllowedError",
            "Relative path is not allowed to refer to a directory outside its parent",
        ),
        (template(steps=[{"action": "fs:delete", "input": {}}]), 400, "InputError", None),
        (template(steps=[{"action": "nope:nope"}]), 404, "NotFoundError", None),
    ],
)
async def test_what_goes_wrong_is_the_fault_of_the_server(quirky, made, status, name, message):
    response = await quirky(Quirk.FAULTY_DRY_RUN).post("/v2/dry-run", json=dry(made))
    assert response.status_code == status
    error = response.json()["error"]
    assert error["name"] == name
    assert message in (None, error["message"])


async def test_a_missing_skeleton_is_the_fault_of_the_server(quirky):
    made = template(steps=[{"action": "fetch:template", "input": {"url": "./skeleton"}}])
    response = await quirky(Quirk.FAULTY_DRY_RUN).post("/v2/dry-run", json=dry(made))
    assert response.status_code == 500
    message = response.json()["error"]["message"]
    assert message.startswith("ENOENT: no such file or directory, lstat '/tmp/dry-run-content-")
    assert message.endswith("/skeleton'")
