"""What the probes of dry runs and templates ask for, and what they leave alone."""

import dataclasses
import json

import httpx
import pytest

from contracts import dry_runs
from contracts.exchange import Purpose
from contracts.probes.dry_run import dry_run
from contracts.probes.templates import MOST_REFUSALS_QUICK, templates
from contracts.profile import Profile
from contracts.session import Session
from contracts.target import Limits, Target, TemplateChoice, Templates
from contracts.template_values import make_values

FORM = {
    "required": ["a"],
    "properties": {
        "a": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
        "b": {"type": "integer", "minimum": 0, "maximum": 3},
    },
}


def server(status_of_creation=400, actions=("debug:log", "fetch:plain")):
    def answer(request):
        path = request.extensions["target"].decode()
        if path.endswith("/parameter-schema"):
            found = path.split("/")[-2] == "ordinary"
            return httpx.Response(200 if found else 404, json=FORM if found else {})
        if path.endswith("/v2/actions"):
            return httpx.Response(200, json=[{"id": id} for id in actions])
        if request.method == "GET":
            return httpx.Response(200, json={"tasks": []})
        return httpx.Response(status_of_creation, json={"id": "1"})

    return httpx.MockTransport(answer)


def session(transport, *, profile=Profile.PUBLISHED, **limits):
    target = Target("http://target/api/scaffolder", token="token", profile=profile)
    made = Session(target, Limits(**limits), transport=transport)
    made.templates = Templates(ordinary=TemplateChoice("template:default/ordinary", {"a": "abc"}))
    return made


def creations(made):
    return [exchange for exchange in made.exchanges if exchange.operation == "createTask"]


def dry_runs_of(made, label=None):
    found = [exchange for exchange in made.exchanges if exchange.operation == "dryRunTask"]
    return [exchange for exchange in found if label is None or exchange.label == label]


@pytest.mark.anyio
async def test_refused_values_do_not_use_up_tasks():
    async with session(server(400)) as made:
        await templates(made)
        assert len(creations(made)) > MOST_REFUSALS_QUICK
        assert made.tasks_left == made.limits.max_tasks
        assert {exchange.purpose for exchange in creations(made)} == {Purpose.REFUSED_VALUES}


@pytest.mark.anyio
async def test_a_target_that_takes_wrong_values_gets_them_once():
    async with session(server(201)) as made:
        await templates(made)
        assert len(creations(made)) == 1


@pytest.mark.anyio
async def test_a_quick_run_has_little_refused():
    async with session(server(400), quick=True) as made:
        await templates(made)
        assert len(creations(made)) == MOST_REFUSALS_QUICK


@pytest.mark.anyio
async def test_beside_the_values_of_the_user_the_schema_is_tried_alone():
    async with session(server(400)) as made:
        own = TemplateChoice("template:default/ordinary", {"a": "abc"})
        made.target = dataclasses.replace(made.target, template=own)
        await templates(made)
        sent = [exchange.sent["values"] for exchange in creations(made) if exchange.purpose is Purpose.ORDINARY]
        assert sent == [make_values(FORM)]


@pytest.mark.anyio
async def test_read_only_means_no_creation():
    async with session(server(), read_only=True) as made:
        await templates(made)
        assert creations(made) == []


@pytest.mark.anyio
async def test_every_secret_of_a_dry_run_is_known():
    async with session(server(200)) as made:
        await dry_run(made)
        sent = {
            value
            for exchange in dry_runs_of(made)
            for value in json.loads(exchange.request.body).get("secrets", {}).values()
        }
        assert sent
        assert sent == set(made.secrets)


@pytest.mark.anyio
async def test_the_real_server_is_always_sent_contents_and_asked_to_fetch_them():
    async with session(server(200), profile=Profile.BACKSTAGE) as made:
        await dry_run(made)
        for exchange in dry_runs_of(made):
            assert "directoryContents" in exchange.sent
        first = dry_runs_of(made, dry_runs.ACCEPTED)[0]
        assert first.sent["template"]["spec"]["steps"][0] == dry_runs.FETCH


@pytest.mark.anyio
async def test_only_actions_that_there_are_are_run():
    async with session(server(200, actions=("greet",))) as made:
        await dry_run(made)
        assert all(
            exchange.sent["template"]["spec"]["steps"] == [] for exchange in dry_runs_of(made, dry_runs.ACCEPTED)
        )
