"""Each fault as a client sees it: with an HTTP client, and where it is about the connection, on a bare socket."""

import json
import threading
import time

import httpx
import pytest

LAST_CHUNK = b"0\r\n\r\n"
HELLO = {"templateRef": "hello-world", "values": {}}


def stream_path(task_id):
    return f"/v2/tasks/{task_id}/eventstream"


@pytest.fixture
def frames(client, task_id):
    """The frames of the task's stream as they are without a fault, and with one."""

    def frames(prefer=None):
        headers = {} if prefer is None else {"prefer": prefer}
        with client.stream("GET", stream_path(task_id), headers=headers) as response:
            assert response.status_code == 200
            received = b""
            broken = None
            try:
                for piece in response.iter_bytes():
                    received += piece
            except httpx.TransportError as error:
                broken = error
        return received.split(b"\n\n"), broken

    return frames


@pytest.fixture
def whole(frames):
    """Every frame of the stream."""
    told, broken = frames()
    assert broken is None
    assert told[-1] == b""
    assert len(told) > 5
    return told[:-1]


def ids(frames):
    return [json.loads(frame.partition(b"data: ")[2])["id"] for frame in frames]


def test_a_dropped_stream_breaks_off_behind_its_nth_event(frames, whole):
    told, broken = frames("fault=drop-after; n=3")
    assert told == [*whole[:3], b""]
    assert isinstance(broken, httpx.RemoteProtocolError)


def test_a_dropped_stream_lacks_the_last_chunk(connect, task_id, whole):
    received = connect(stream_path(task_id), "fault=drop-after; n=3").rest()
    assert received.count(b"event: ") == 3
    assert not received.endswith(LAST_CHUNK)


def test_a_stream_can_be_dropped_before_its_first_event(connect, task_id):
    received = connect(stream_path(task_id), "fault=drop-after; n=0").rest()
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"\r\n\r\n")
    assert b"event: " not in received


def test_a_dropped_stream_can_end_as_if_it_were_complete(frames, whole):
    told, broken = frames("fault=drop-after; n=3; how=end")
    assert told == [*whole[:3], b""]
    assert broken is None


def test_a_dropped_stream_can_be_reset(connect, task_id):
    with pytest.raises(ConnectionResetError):
        connect(stream_path(task_id), "fault=drop-after; n=3; how=reset").rest()


def test_a_client_that_comes_back_loses_nothing(client, task_id, whole):
    seen, after = [], 0
    for _ in range(len(whole)):
        path = f"{stream_path(task_id)}?after={after}"
        with client.stream("GET", path, headers={"prefer": "fault=drop-after; n=2"}) as response:
            received = b""
            try:
                for piece in response.iter_bytes():
                    received += piece
            except httpx.RemoteProtocolError:
                pass
        told = [frame for frame in received.split(b"\n\n") if frame]
        seen += told
        if any(frame.startswith(b"event: completion") for frame in told):
            break
        after = ids(told)[-1]
    assert seen == whole


def test_a_stream_can_break_off_just_before_its_completion(frames, whole):
    told, broken = frames("fault=drop-before-completion")
    assert told == [*whole[:-1], b""]
    assert isinstance(broken, httpx.RemoteProtocolError)


def test_of_half_a_frame_comes_the_first_half(frames, whole):
    told, broken = frames("fault=half-frame; n=2")
    assert told[0] == whole[0]
    assert told[1] == (whole[1] + b"\n\n")[: (len(whole[1]) + 2) // 2]
    assert isinstance(broken, httpx.RemoteProtocolError)


def test_a_silent_stream_says_no_more_and_stays_open(connect, task_id, whole):
    wire = connect(stream_path(task_id), "fault=silence; n=2")
    received = wire.until(b"\n\n\r\n")
    while received.count(b"event: ") < 2:
        received += wire.until(b"\n\n\r\n")
    assert wire.is_silent()
    assert received.count(b"event: ") == 2


def test_a_silent_stream_can_have_nothing_but_headers(connect, task_id):
    wire = connect(stream_path(task_id), "fault=silence; n=0")
    assert wire.until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
    assert wire.is_silent()


def test_a_stream_that_never_closes_tells_everything_and_stays_open(connect, task_id, whole):
    wire = connect(stream_path(task_id), "fault=never-close")
    received = b""
    while received.count(b"event: ") < len(whole):
        received += wire.until(b"\n\n\r\n")
    assert wire.is_silent()
    assert b"event: completion" in received


def test_what_hangs_ends_with_its_world(connect, control, world, task_id):
    wire = connect(stream_path(task_id), "fault=silence; n=0")
    wire.until(b"\r\n\r\n")
    world.reset()
    assert wire.until(LAST_CHUNK) == LAST_CHUNK


def test_a_buffering_proxy_delivers_everything_at_the_end(client, connect, world, whole):
    task_id = client.post("/v2/tasks", json=HELLO).json()["id"]
    wire = connect(stream_path(task_id), "fault=buffer")
    wire.until(b"\r\n\r\n")
    while (due := world.clock.next_event_at) is not None:
        assert wire.is_silent(0.01)
        world.clock.set(due)
    received = wire.until(LAST_CHUNK)
    assert received.count(b"event: ") == len(whole)


def test_every_event_can_come_twice(frames, whole):
    told, broken = frames("fault=duplicate")
    assert told == [frame for frame in whole for _ in range(2)] + [b""]
    assert broken is None


def test_one_event_can_come_twice(frames, whole):
    told, _ = frames("fault=duplicate; n=2")
    assert told == [*whole[:2], *whole[1:], b""]


def test_one_event_can_come_behind_the_next(frames, whole):
    told, broken = frames("fault=reorder; n=2")
    assert told == [whole[0], whole[2], whole[1], *whole[3:], b""]
    assert broken is None


def test_every_second_event_can_come_behind_the_next(frames, whole):
    told, _ = frames("fault=reorder")
    swapped = [frame for at in range(0, len(whole), 2) for frame in reversed(whole[at : at + 2])]
    assert told == [*swapped, b""]


def test_malformed_data_is_a_whole_frame_with_half_of_its_json(frames, whole):
    told, broken = frames("fault=malformed-data; n=2")
    assert broken is None
    assert (told[0], told[2:]) == (whole[0], [*whole[2:], b""])
    assert whole[1].startswith(told[1])
    with pytest.raises(json.JSONDecodeError):
        json.loads(told[1].partition(b"data: ")[2])


def test_an_unknown_event_comes_behind_the_nth(frames, whole):
    told, _ = frames("fault=unknown-event; n=2; type=progress.report")
    assert [*told[:2], *told[3:]] == [*whole, b""]
    event, _, data = told[2].partition(b"\ndata: ")
    assert event == b"event: progress.report"
    assert json.loads(data)["type"] == "progress.report"


def test_a_token_can_expire_while_its_user_watches(client, frames, world, task_id, whole):
    told, broken = frames("fault=expire-token; n=2")
    assert told == [*whole[:2], b""]
    assert isinstance(broken, httpx.RemoteProtocolError)
    refused = client.get(f"{stream_path(task_id)}?after={ids(whole)[1]}")
    assert (refused.status_code, refused.json()["error"]["name"]) == (401, "AuthenticationError")


def test_a_reset_is_a_reset(connect, client):
    with pytest.raises(ConnectionResetError):
        connect("/v2/tasks", "fault=reset").rest()
    with pytest.raises(httpx.ReadError):
        client.get("/v2/tasks", headers={"prefer": "fault=reset"})


@pytest.mark.parametrize(("done", "tasks"), [("false", 0), ("true", 1)])
def test_a_request_that_is_reset_can_have_been_served_all_the_same(client, done, tasks):
    with pytest.raises(httpx.ReadError):
        client.post("/v2/tasks", json=HELLO, headers={"prefer": f"fault=reset; done={done}"})
    assert client.get("/v2/tasks").json()["totalTasks"] == tasks


def test_latency_is_time_of_the_world(client, world):
    answers = []

    def ask():
        answers.append(client.get("/v2/tasks", headers={"prefer": "fault=latency; seconds=5"}))

    asking = threading.Thread(target=ask)
    asking.start()
    world.clock.advance(4.999)
    time.sleep(0.05)
    assert answers == []
    # The request may have come in after that.
    while asking.is_alive():
        world.clock.advance(5)
        asking.join(0.02)
    assert answers[0].status_code == 200


def test_an_answer_can_be_an_error_with_the_body_of_the_api(client):
    answer = client.post("/v2/tasks", json=HELLO, headers={"prefer": "code=429"})
    assert answer.status_code == 429
    assert answer.json()["response"] == {"statusCode": 429}


def test_faults_add_up(frames, whole):
    told, broken = frames("fault=latency; seconds=0, fault=duplicate; n=1, fault=drop-after; n=3; how=end")
    assert told == [whole[0], whole[0], whole[1], whole[2], b""]
    assert broken is None


def test_the_query_can_ask_for_what_a_header_can(client, task_id, whole):
    answer = client.get(f"{stream_path(task_id)}?__fault=drop-after;n=2;how=end")
    assert answer.content.count(b"event: ") == 2


def test_what_got_no_answer_is_in_the_journal(client, control, world):
    with pytest.raises(httpx.ReadError):
        client.get("/v2/tasks", headers={"prefer": "fault=reset"})
    (entry,) = control.call("GET", f"/worlds/{world.name}/journal?wait=5")["entries"]
    assert (entry["status"], entry["faults"][0]["fault"]) == (None, "reset")


def test_a_fault_leaves_the_answers_of_others_alone(client, world, control):
    control.call("POST", f"/worlds/{world.name}/faults", {"fault": "silence", "n": 0})
    assert client.get("/v2/tasks").status_code == 200
    assert client.get(stream_path("none")).status_code == 404
