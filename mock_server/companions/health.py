"""Whether a Backstage backend and its plugins are up, as whoever starts one asks."""

from mock_server.answers import Answer, json_answer
from mock_server.request import Call


async def get_readiness(_: Call) -> Answer:
    return json_answer(200, {"status": "ok"})


get_liveness = get_readiness
get_permission_health = get_readiness
