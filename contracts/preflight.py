"""Whether there is anything to test at the base URL, before the first probe and after the last."""

import asyncio

from contracts.exchange import Exchange, Purpose
from contracts.session import Session

MOUNT = "/api/scaffolder"
TRIES = 3


async def refusal(session: Session) -> str | None:
    """Why the target cannot be tested at all, in a sentence for the user; None if it can."""
    answers = await asyncio.gather(*(_ask(session, operation) for operation in ("listActions", "listTasks")))
    base_url = session.target.base_url
    if all(answer.response is None for answer in answers):
        return f"nothing that can be tested answers at {base_url}: {answers[0].trouble}"
    if all(answer.status == 401 for answer in answers):
        if session.target.token:
            return f"{base_url} refuses the token (401): is it wrong, or has it expired?"
        return f"{base_url} asks for a token (401): give one in CONTRACT_TESTS_TOKEN"
    if all(answer.status == 404 for answer in answers):
        hint = "" if base_url.endswith(MOUNT) else f"; did you mean {base_url}{MOUNT}?"
        return f"there is no Scaffolder API at {base_url}: listing tasks and actions are both 404{hint}"
    return None


async def departure(session: Session) -> str | None:
    """Why the target cannot be asked any more, though it could be at first; None if it still answers."""
    for _ in range(TRIES):
        answer = await _ask(session, "listActions")
        if answer.status == 401 and (await _ask(session, "listTasks")).status == 401:
            return "the token was accepted at first and is refused now (401): it has expired"
        if answer.response is not None:
            return None
    return f"the target went away while it was tested: {answer.trouble}"


async def _ask(session: Session, operation: str) -> Exchange:
    return await session.call(operation, purpose=Purpose.STILL_THERE)
