import asyncio
import json

import pytest

from mock_server.handlers.long_answers import AT_ONCE, json_array, write_values


@pytest.mark.parametrize("length", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 7])
async def test_an_array_holds_every_item_in_its_order(length):
    values = [{"id": number, "text": "Köln \ud800"} for number in range(length)]
    assert json.loads(await json_array(iter(values), write_values)) == values


async def test_others_have_their_turn_while_a_long_array_is_written():
    turns = 0

    async def take_turns():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    await json_array(range(AT_ONCE), write_values)
    assert turns == 0
    await json_array(range(10 * AT_ONCE), write_values)
    other.cancel()
    assert turns == 9
