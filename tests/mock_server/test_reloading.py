"""Edits of scenario and template files: what they change, what they leave, and what becomes of broken ones."""

import time

import httpx
import pytest

from mock_server.app import MockServer, Options
from mock_server.control_client import Control
from mock_server.journal import EntryQuery
from mock_server.scenario_files import ScenarioReader
from mock_server.shipped import DEMO_ENTITIES, SCENARIOS
from tests.server_process import running_server

USER = {"authorization": "Bearer mock-user-token"}
TEMPLATE = """
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: edited}
spec:
  type: service
  parameters: [{title: %s}]
  steps: [{id: one, name: One, action: debug:log}]
"""
FAILS = "description: x\nsteps: [{fail: {message: %s}}]\n"


@pytest.fixture
def files(tmp_path):
    """A folder of templates and one of scenarios."""
    for folder, name, text in (("templates", "edited", TEMPLATE % "First"), ("scenarios", "own", FAILS % "first")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.yaml").write_text(text)
    return tmp_path


@pytest.fixture
def api(make_api, files):
    return make_api(templates=[files / "templates"], scenarios=[files / "scenarios"])


async def failure(api):
    """What the next task that plays the scenario fails with."""
    task_id = await api.create("edited", headers={"prefer": "scenario=own"})
    await api.finish(task_id)
    return (await api.logs(task_id))[-1]["body"]["error"]["message"]


def notes(api):
    return [entry.message for entry in api.world.journal.find(EntryQuery()) if entry.message]


async def title(api):
    return (await api.get("/v2/templates/default/template/edited/parameter-schema")).json()["steps"][0]["title"]


async def test_an_edited_scenario_counts_from_the_next_create_on(api, files):
    before = await api.create("edited", headers={"prefer": "scenario=own"})
    (files / "scenarios/own.yaml").write_text(FAILS % "second")
    await api.server.reloader.reload()
    assert await failure(api) == "second"
    assert (await api.finish(before))["status"] == "failed"
    assert (await api.logs(before))[-1]["body"]["error"]["message"] == "first"


async def test_an_edited_template_counts_from_the_next_create_on(api, files):
    before = await api.create("edited")
    (files / "templates/edited.yaml").write_text(TEMPLATE % "Second")
    await api.server.reloader.reload()
    assert await title(api) == "Second"
    assert (await api.finish(before))["status"] == "completed"


async def test_the_catalog_shows_what_was_edited(api, files):
    path = "http://mock/api/catalog/entities/by-name/template/default/"
    assert (await api.get(f"{path}edited")).status_code == 200
    text = (files / "templates/edited.yaml").read_text()
    (files / "templates/edited.yaml").write_text(text.replace("name: edited", "name: renamed"))
    await api.server.reloader.reload()
    assert (await api.get(f"{path}edited")).status_code == 404
    assert (await api.get(f"{path}renamed")).status_code == 200
    found = (await api.get("http://mock/api/catalog/entities?filter=kind=template")).json()
    assert [entity["metadata"]["name"] for entity in found] == ["renamed"]


async def test_new_files_are_found_and_deleted_ones_forgotten(api, files):
    (files / "scenarios/new.yaml").write_text(FAILS % "new")
    (files / "scenarios/own.yaml").unlink()
    await api.server.reloader.reload()
    scenarios = api.server.simulator.scenarios
    assert ("new" in scenarios, "own" in scenarios) == (True, False)


@pytest.mark.parametrize("broken", ["", "description: [", "description: x\nnope: 1\n"])
async def test_a_broken_edit_keeps_the_last_good_version_and_says_so_once(api, files, caplog, broken):
    (files / "scenarios/own.yaml").write_text(broken)
    for _ in range(2):
        await api.server.reloader.reload()
    assert await failure(api) == "first"
    (told,) = notes(api)
    assert "own.yaml" in told
    assert told.endswith("what was loaded before stays")
    assert [record.getMessage() for record in caplog.records] == [told]


async def test_a_mended_edit_says_so(api, files):
    (files / "templates/edited.yaml").write_text("kind: [")
    await api.server.reloader.reload()
    (files / "templates/edited.yaml").write_text(TEMPLATE % "Second")
    await api.server.reloader.reload()
    assert await title(api) == "Second"
    assert notes(api)[-1] == "The files can be used again, and are"


async def test_a_broken_template_keeps_the_scenarios_of_before_as_well(api, files):
    (files / "templates/edited.yaml").write_text("kind: [")
    (files / "scenarios/own.yaml").write_text(FAILS % "second")
    await api.server.reloader.reload()
    assert await failure(api) == "first"


async def test_what_was_uploaded_stays_and_wins_over_a_file(api, files):
    uploaded = ScenarioReader(SCENARIOS / "scenario.schema.json").parse(FAILS % "uploaded", "own")
    api.server.simulator.scenarios = api.server.simulator.scenarios.with_first(uploaded)
    (files / "scenarios/own.yaml").write_text(FAILS % "second")
    await api.server.reloader.reload()
    assert await failure(api) == "uploaded"


async def test_the_active_scenario_of_a_world_must_stay(api, files):
    api.world.scenario = "own"
    (files / "scenarios/own.yaml").unlink()
    (files / "scenarios/other.yaml").write_text(FAILS % "other")
    await api.server.reloader.reload()
    assert await failure(api) == "first"
    assert "it is gone, but active in the world 'default'" in notes(api)[0]


async def test_without_files_of_somebodys_own_nothing_is_watched():
    assert MockServer()._watched == []
    assert MockServer(Options(templates=[DEMO_ENTITIES], reload=False))._watched == []


def until(condition, seconds=20):
    """Wait for something that is about to happen."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def put(path, text):
    """Replace a file in one go, as editors do."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


@pytest.mark.parametrize("write", [lambda path, text: path.write_text(text), put], ids=["in place", "by renaming"])
@pytest.mark.parametrize("given", ["templates", "templates/edited.yaml"], ids=["folder", "file"])
def test_a_running_server_takes_edits(files, write, given):
    options = ("--templates", str(files / given), "--scenarios", str(files / "scenarios"))
    with running_server(*options) as server, httpx.Client(base_url=server.url, headers=USER) as client:

        def shown():
            return client.get("/v2/templates/default/template/edited/parameter-schema").json()["steps"][0]["title"]

        created = client.post("/v2/tasks", json={"templateRef": "edited", "values": {}}).json()["id"]

        def is_taken():
            # Whether it watches already nobody can see from outside.
            write(files / "templates/edited.yaml", TEMPLATE % "Second")
            time.sleep(0.5)
            return shown() == "Second"

        until(is_taken)
        write(files / "templates/edited.yaml", "kind: [")
        with Control(server.url.removesuffix("/api/scaffolder")) as control:
            journal = control.world().journal
            until(lambda: any("edited.yaml:2" in entry.get("message", "") for entry in journal.entries()))
        assert shown() == "Second"
        write(files / "templates/edited.yaml", TEMPLATE % "Third")
        until(lambda: shown() == "Third")
        assert client.get(f"/v2/tasks/{created}").status_code == 200
        assert server.stop() == 0
        said = server.process.stderr.read()
    assert "edited.yaml:2" in said
    assert "mock-user-token" not in said
