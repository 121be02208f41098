from tests.fidelity.instants import in_order, milliseconds
from tests.fidelity.recording import Answer, Batch, Exchange

TASK = "00000000-0000-4000-8000-000000000001"


def at(second: int) -> str:
    return f"2026-11-22T00:00:{second:02}.000Z"


def event(id: int, type: str, second: int) -> dict:
    return {"id": id, "taskId": TASK, "type": type, "body": {}, "createdAt": at(second)}


def exchange(n: int, method: str, path: str, status: int, body, **answer) -> Exchange:
    return Exchange(n, "", method, f"/api/scaffolder/v2/tasks{path}", {}, None, Answer(status, "", body, **answer))


def frames(second: int) -> str:
    return f'event: log\ndata: {{"id":1,"taskId":"{TASK}","type":"log","body":{{}},"createdAt":"{at(second)}"}}\n\n'


CREATE = exchange(1, "POST", "", 201, {"id": TASK})
READ = exchange(5, "GET", f"/{TASK}", 200, {"id": TASK, "createdAt": at(2), "lastHeartbeatAt": at(9)})


def instants(*exchanges: Exchange) -> list[tuple[int, float | None]]:
    start = milliseconds(at(0))
    return [
        (asked.exchange.n, None if asked.at is None else (asked.at - start) / 1000) for asked in in_order(exchanges)
    ]


def test_a_create_was_when_its_task_says():
    assert instants(CREATE, READ) == [(1, 2.5), (5, 9)]


def test_a_change_was_when_its_event_says():
    retry = exchange(2, "POST", f"/{TASK}/retry", 201, {"id": TASK})
    events = exchange(3, "GET", f"/{TASK}/events", 200, [event(4, "recovered", 5), event(5, "log", 8)])
    assert instants(CREATE, retry, events) == [(1, 5.5), (2, 5.5), (3, 8)]


def test_what_tells_no_time_was_no_earlier_than_what_came_before():
    assert instants(CREATE, READ, exchange(6, "GET", "/x", 404, {})) == [(1, 2.5), (5, 9), (6, 9)]


def test_a_live_stream_began_before_it_was_recorded():
    stream = exchange(7, "GET", f"/{TASK}/eventstream", 200, None, batches=(Batch(0, frames(3)), Batch(4, frames(8))))
    assert instants(CREATE, READ, stream) == [(1, 2.5), (7, 4.999), (5, 9)]


def test_a_replayed_stream_began_when_it_was_recorded():
    stream = exchange(7, "GET", f"/{TASK}/eventstream", 200, None, batches=(Batch(0, frames(3)),))
    assert instants(CREATE, READ, stream) == [(1, 2.5), (5, 9), (7, 9)]
