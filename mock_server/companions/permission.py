"""The operations of the permission plugin."""

from mock_server.answers import Answer, json_answer
from mock_server.request import Call


async def authorize(call: Call) -> Answer:
    return json_answer(200, {"items": [{"id": item["id"], "result": "ALLOW"} for item in call.body["items"]]})
