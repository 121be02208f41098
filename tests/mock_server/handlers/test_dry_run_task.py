import base64
import json

import pytest

from tests.mock_server.handlers.requests import JSON, refusal


def template(**spec):
    step = {"id": "greet", "name": "Greet", "action": "debug:log", "input": {"message": "Hi ${{ parameters.name }}"}}
    return {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "tried"},
        "spec": {"type": "service", "steps": [step], **spec},
    }


def dry(template, values=None, **more):
    return {"template": template, "values": values or {}, **more}


async def dry_run(api, template, values=None, **more):
    response = await api.post("/v2/dry-run", json=dry(template, values, **more))
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_dry_run_tells_how_the_template_would_go(lasting_api):
    made = template(output={"greeting": "Hi ${{ parameters.name }}"})
    result = await dry_run(lasting_api, made, {"name": "you"})
    assert result == {
        "log": [
            {"type": "log", "body": {"message": "Starting up task with 2 steps"}},
            {
                "type": "log",
                "body": {"message": "Beginning step Greet", "stepId": "greet", "status": "processing"},
            },
            {
                "type": "log",
                "body": {
                    "message": "\u001b[32minfo\u001b[39m: Running debug:log in dry-run mode with inputs "
                    '(secrets redacted): {\n  "message": "Hi you"\n}',
                    "stepId": "greet",
                },
            },
            {
                "type": "log",
                "body": {"message": '\u001b[32minfo\u001b[39m: {\n  "message": "Hi you"\n}', "stepId": "greet"},
            },
            {"type": "log", "body": {"message": "\u001b[32minfo\u001b[39m: Hi you", "stepId": "greet"}},
            {
                "type": "log",
                "body": {"message": "Finished step Greet", "stepId": "greet", "status": "completed"},
            },
        ],
        "directoryContents": [],
        "output": {"greeting": "Hi you"},
        "steps": [
            {
                "id": "greet",
                "name": "Greet",
                "action": "debug:log",
                "input": {"message": "Hi ${{ parameters.name }}"},
                "status": "completed",
            }
        ],
    }


async def test_a_dry_run_names_the_steps_that_have_no_name(lasting_api):
    result = await dry_run(lasting_api, template(steps=[{"action": "debug:log"}]))
    assert result["steps"] == [{"action": "debug:log", "id": "step-1", "name": "debug:log", "status": "completed"}]


async def test_a_dry_run_skips_what_it_cannot_execute_and_makes_up_its_output(lasting_api):
    wait = {"id": "wait", "action": "debug:wait", "input": {"seconds": 3}}
    publish = {"id": "publish", "action": "publish:github", "input": {"repoUrl": "github.com?owner=a&repo=b"}}
    no = {"id": "no", "action": "debug:log", "if": False}
    made = template(steps=[wait, publish, no], output={"url": "${{ steps.publish.output.remoteUrl }}"})
    result = await dry_run(lasting_api, made)
    assert [step["status"] for step in result["steps"]] == ["skipped", "skipped", "skipped"]
    messages = [entry["body"]["message"] for entry in result["log"]]
    assert "Skipping because debug:wait does not support dry-run" in messages
    assert "Skipping step no because its if condition was false" in messages
    assert result["output"] == {"url": "<example>"}


async def test_a_dry_run_knows_who_asks(lasting_api):
    made = template(output={"user": "${{ user.ref }}"})
    assert (await dry_run(lasting_api, made))["output"] == {"user": "user:default/guest"}


FETCH = {"id": "fetch", "action": "fetch:plain", "input": {"url": "."}}


async def test_a_dry_run_gives_what_its_steps_left_in_the_order_of_the_paths(lasting_api):
    text = base64.b64encode("Grüße".encode()).decode()
    files = [{"path": "src/b.txt", "base64Content": text}, {"path": "./a.txt", "base64Content": ""}]
    result = await dry_run(lasting_api, template(steps=[FETCH]), directoryContents=files)
    assert result["directoryContents"] == [
        {"path": "a.txt", "executable": False, "base64Content": ""},
        {"path": "src/b.txt", "executable": False, "base64Content": text},
    ]


async def test_what_no_step_fetches_is_not_in_the_result(lasting_api):
    files = [{"path": "a.txt", "base64Content": ""}]
    assert (await dry_run(lasting_api, template(), directoryContents=files))["directoryContents"] == []


async def test_a_file_that_may_be_executed_stays_so(lasting_api):
    files = [{"path": "gradlew", "base64Content": "", "executable": True}]
    result = await dry_run(lasting_api, template(steps=[FETCH]), directoryContents=files)
    assert [file["executable"] for file in result["directoryContents"]] == [True]


async def test_a_dry_run_renders_a_skeleton(lasting_api):
    skeleton = base64.b64encode(b"# ${{ values.name }}").decode()
    files = [{"path": "skeleton/${{ values.name }}/README.md", "base64Content": skeleton}]
    render = {"action": "fetch:template", "input": {"url": "./skeleton", "values": {"name": "${{ parameters.name }}"}}}
    result = await dry_run(lasting_api, template(steps=[render]), {"name": "shop"}, directoryContents=files)
    [file] = result["directoryContents"]
    assert (file["path"], base64.b64decode(file["base64Content"])) == ("shop/README.md", b"# shop")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("aGk=", "aGk="),
        ("aGk", "aGk="),
        ("a-_w", "a+/w"),
        ("a Gk\n=", "aGk="),
        ("!!!", ""),
        ("a", ""),
        ("<file too large>", "filetoolarge"),
    ],
)
async def test_contents_that_are_no_base64_are_decoded_as_far_as_they_go(lasting_api, given, kept):
    files = [{"path": "a", "base64Content": given}]
    result = await dry_run(lasting_api, template(steps=[FETCH]), directoryContents=files)
    assert result["directoryContents"][0]["base64Content"] == kept


@pytest.mark.parametrize("path", ["/etc/passwd", "..", "../a", "a/../../b", "./../a", "a\0b"])
async def test_a_path_out_of_the_workspace_is_forbidden(lasting_api, path):
    files = [{"path": "fine", "base64Content": ""}, {"path": path, "base64Content": ""}]
    response = await lasting_api.post("/v2/dry-run", json=dry(template(), directoryContents=files))
    assert response.status_code == 403
    assert response.json()["error"] == {
        "name": "NotAllowedError",
        "message": "Relative path is not allowed to refer to a directory outside its parent",
    }


@pytest.mark.parametrize(("file", "missing"), [({"base64Content": ""}, "path"), ({"path": "a"}, "base64Content")])
async def test_a_file_without_a_path_or_contents_is_refused(lasting_api, file, missing):
    response = await lasting_api.post("/v2/dry-run", json=dry(template(), directoryContents=[file]))
    message = refusal(response)["message"]
    issue = {"code": "invalid_type", "expected": "string", "received": "undefined"}
    issue |= {"path": ["directoryContents", 0, missing], "message": "Required"}
    assert message == f"Malformed request: {json.dumps([issue], indent=2)}"


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (
            {},
            [
                ("/body", "must have required property 'template'"),
                ("/body", "must have required property 'values'"),
            ],
        ),
        (
            {"template": 1, "values": [], "secrets": {"a": 1}, "directoryContents": [{"path": 1}, 2]},
            [
                ("/body/template", "must be object"),
                ("/body/values", "must be object"),
                ("/body/secrets/a", "must be string"),
                ("/body/directoryContents/0/path", "must be string"),
                ("/body/directoryContents/1", "must be object"),
            ],
        ),
        ({"template": {}, "values": {}, "directoryContents": {}}, [("/body/directoryContents", "must be array")]),
    ],
)
async def test_all_that_is_wrong_with_a_request_for_a_dry_run_is_told(lasting_api, body, messages):
    error = refusal(await lasting_api.post("/v2/dry-run", json=body))
    assert [(violation["pointer"], violation["message"]) for violation in error["violations"]] == messages
    assert error["message"] == "request{} {}".format(*messages[0])


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({}, "<root> must have required property 'apiVersion' - missingProperty: apiVersion"),
        (template(steps=None), "/spec/steps must be array - type: array"),
        (template(steps=[{}]), "/spec/steps/0 must have required property 'action' - missingProperty: action"),
        (template(output={"other": 1}), "/spec/output/other must be string - type: string"),
        (template(type=""), "/spec/type must NOT have fewer than 1 characters - limit: 1"),
        ({**template(), "spec": {"type": "x"}}, "/spec must have required property 'steps' - missingProperty: steps"),
        ({**template(), "kind": "Component"}, "Input template is not a template"),
        ({**template(), "apiVersion": "backstage.io/v1beta2"}, "Input template is not a template"),
        ({**template(), "apiVersion": 3}, "/apiVersion must be string - type: string"),
    ],
)
async def test_what_is_no_template_cannot_be_tried(lasting_api, made, message):
    assert refusal(await lasting_api.post("/v2/dry-run", json=dry(made)))["message"] == message


@pytest.mark.parametrize(
    "spec",
    [
        '"output": {"\\ud800": "x"}',
        '"output": {"x": "\\ud800"}',
        '"presentation": {"\\ud800": {"\\ud800": 1}}',
        '"parameters": [{"\\ud800": 1}]',
    ],
)
async def test_a_lone_surrogate_in_a_template_does_no_harm(lasting_api, spec):
    content = json.dumps(dry(template()))[:-1].replace('"type": "service"', f'"type": "service", {spec}') + "}"
    response = await lasting_api.post("/v2/dry-run", content=content, headers=JSON)
    assert response.status_code == 200, response.text


async def test_values_that_the_tried_template_refuses_are_answered_with_its_errors_alone(lasting_api):
    page = {"required": ["name"], "properties": {"name": {"type": "string"}}}
    response = await lasting_api.post("/v2/dry-run", json=dry(template(parameters=page)))
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "path": [],
                "property": "instance",
                "message": 'requires property "name"',
                "schema": page,
                "instance": {},
                "name": "required",
                "argument": "name",
                "stack": 'instance requires property "name"',
            }
        ]
    }


async def test_secrets_that_the_tried_template_misses_are_named(lasting_api):
    made = template(secrets={"schema": {"type": "object", "required": ["token"]}})
    response = await lasting_api.post("/v2/dry-run", json=dry(made))
    assert [error["message"] for error in response.json()["errors"]] == ["secrets.token is required"]


async def test_parameters_that_are_no_schema_are_the_fault_of_the_request(lasting_api):
    made = template(parameters={"properties": {"name": {"type": "string", "pattern": "("}}})
    response = await lasting_api.post("/v2/dry-run", json=dry(made, {"name": "x"}))
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("step", "status", "name", "message"),
    [
        (
            {"action": "nope:nope"},
            404,
            "NotFoundError",
            "Template action with ID 'nope:nope' is not registered. See https://backstage.io/docs/features/"
            "software-templates/builtin-actions/ on how to add a new action module.",
        ),
        (
            {"action": "debug:log", "input": {"message": 1}},
            400,
            "InputError",
            "Invalid input passed to action debug:log, instance.message is not of a type(s) string",
        ),
        (
            {"action": "catalog:fetch", "input": {"entityRef": "component:default/nobody"}},
            400,
            "Error",
            "Entity component:default/nobody not found",
        ),
        (
            {"action": "fetch:plain", "input": {"url": "./"}},
            400,
            "Error",
            "ENOENT: no such file or directory, lstat '.'",
        ),
        (
            {"action": "fs:rename", "input": {"files": [{"from": "nope", "to": "n"}]}},
            400,
            "Error",
            "ENOENT: no such file or directory, lstat 'nope'",
        ),
        (
            {"action": "debug:log", "each": "${{ parameters.none }}"},
            400,
            "InputError",
            'Invalid value on action debug:log.each parameter, "${{ parameters.none }}" cannot be resolved to a value',
        ),
    ],
)
async def test_a_step_that_fails_is_the_answer(lasting_api, step, status, name, message):
    response = await lasting_api.post("/v2/dry-run", json=dry(template(steps=[step])))
    assert response.status_code == status
    assert response.json()["error"] == {"name": name, "message": message}


async def test_secrets_are_masked_in_a_dry_run(lasting_api):
    steps = [
        {"id": "log", "action": "debug:log", "input": {"message": "with ${{ secrets.token }}!"}},
        {"id": "upper", "action": "debug:log", "input": {"message": "${{ secrets.token | upper }}"}},
    ]
    made = template(steps=steps, output={"leak": "${{ parameters.copy }}"})
    body = dry(made, {"copy": "keep hushhush"}, secrets={"token": "hushhush"})
    response = await lasting_api.post("/v2/dry-run", json=body)
    result = response.json()
    messages = [entry["body"]["message"] for entry in result["log"]]
    assert any(message.endswith("***") for message in messages)
    assert result["output"] == {"leak": "keep ***"}
    assert "hushhush" not in response.text.lower()


async def test_an_error_of_a_dry_run_tells_no_secret(lasting_api):
    step = {"action": "catalog:fetch", "input": {"entityRef": "component:default/${{ secrets.token }}"}}
    body = dry(template(steps=[step]), secrets={"token": "hushhush"})
    response = await lasting_api.post("/v2/dry-run", json=body)
    assert response.status_code == 400
    assert "hushhush" not in response.text


async def test_a_dry_run_keeps_nothing(api):
    await dry_run(api, template())
    assert (await api.get("/v2/tasks")).json()["tasks"] == []
    task_id = await api.create()
    await api.finish(task_id)
    assert (await api.logs(task_id))[0]["id"] == 1


async def test_a_dry_run_takes_no_time_and_is_the_same_every_time(lasting_api):
    wait = {"id": "wait", "action": "debug:wait", "input": {"minutes": 9}}
    made = template(steps=[wait, {"id": "log", "action": "debug:log", "input": {"listWorkspace": True}}])
    assert await dry_run(lasting_api, made) == await dry_run(lasting_api, made)
