"""The connection to the backend is cut while a task is watched."""

from urllib.parse import urlsplit

import pytest

from tests.ui.cable import cable_to


@pytest.fixture
def cable(stage):
    with cable_to(urlsplit(stage.url).port) as cable:
        yield cable


@pytest.fixture
def backend(stage, cable):
    return stage.url.replace(f":{urlsplit(stage.url).port}", f":{cable.port}")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_dropped_stream_is_taken_up_where_it_broke_off(portal, stage, cable):
    # The page waits for fifteen seconds of its own clock before it tries again.
    portal.page.clock.install()
    portal.watch.expect("ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION")
    task = stage.create("react-app")
    portal.open_task(task)
    stage.begin(task, "publish")
    portal.sees_step("Create the repository", "running")
    cable.pull()
    portal.sees("network error")
    stage.begin(task, "register")
    with portal.page.expect_request(lambda request: "/eventstream?after=" in request.url):
        portal.page.clock.fast_forward(15_000)
    portal.sees_step("Register in the catalog", "running")
    portal.sees_no("network error")
    stage.end(task)
    portal.sees("Next steps")
