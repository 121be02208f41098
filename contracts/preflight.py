"""Whether there is anything to test at the base URL, before the first probe and after the last."""

import asyncio
from collections.abc import Iterator, Sequence

from contracts.clock import pause
from contracts.evidence import UNAUTHENTICATED
from contracts.exchange import NOT_JSON, Exchange, Purpose, TroubleKind
from contracts.session import Session

MOUNT = "/api/scaffolder"
OPERATIONS = ("listActions", "listTasks")
PAGES = frozenset({"text/html", "application/xhtml+xml"})
# Said by what stands in front of a server that is not there.
OF_A_GATEWAY = frozenset({502, 503, 504})
TRIES = 3
BETWEEN_TRIES = 0.2
# Seconds in which a target that is still there says so.
PATIENCE = 5.0
# What ended this many seconds before the last sound request can be of the same end.
MARGIN = 1.0


async def refusal(session: Session) -> str | None:
    """Why the target cannot be tested at all, in a sentence for the user; None if it can."""
    answers = await asyncio.gather(*(_ask(session, operation) for operation in OPERATIONS))
    base_url = session.target.base_url
    if all(answer.response is None for answer in answers):
        return f"nothing that can be tested answers at {base_url}: {answers[0].trouble}{_hint(answers[0], base_url)}"
    if all(answer.trouble for answer in answers):
        return f"{base_url} does not finish its answers: {answers[0].trouble}"
    if all(answer.status == 401 for answer in answers):
        if session.target.token:
            return f"{base_url} refuses the token (401): is it wrong, or has it expired?"
        return f"{base_url} asks for a token (401): give one in CONTRACT_TESTS_TOKEN"
    if all(answer.status == 403 for answer in answers):
        return f"{base_url} lets the token do nothing (403 to listing tasks and actions): give one that may"
    if all(answer.status == 404 for answer in answers):
        hint = "" if base_url.endswith(MOUNT) else f"; did you mean {base_url}{MOUNT}?"
        return f"there is no Scaffolder API at {base_url}: listing tasks and actions are both 404{hint}"
    if all(answer.status in OF_A_GATEWAY for answer in answers):
        return f"there is no server behind {base_url}: listing tasks and actions are both {answers[0].status}"
    locations = [_location(answer) for answer in answers]
    if all(locations):
        return f"{base_url} sends everything elsewhere ({answers[0].status} to {locations[0]}): test that address"
    if all(_is_page(answer) for answer in answers):
        return f"{base_url} answers with web pages instead of JSON: is it the address of the API?"
    return None


async def departure(session: Session) -> str | None:
    """Why the target cannot be asked any more, though it could be at first; None if it still answers."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _departure(session)
    except TimeoutError:
        return f"the target stopped answering while it was tested{_over_what(session)}"


def before_departure(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """What a target that is gone is judged by: not how it went, nor what did not come back because it had gone."""
    last = _last_sound(exchanges)
    return tuple(exchange for exchange in exchanges if not _is_of_the_end(exchange, last))


async def _departure(session: Session) -> str | None:
    for _ in range(TRIES):
        answers = [await _ask(session, operation) for operation in OPERATIONS]
        if any(_is_its_own(answer) for answer in answers):
            return None
        await pause(BETWEEN_TRIES)
    if all(answer.status == 401 for answer in answers):
        return "the token was accepted at first and is refused now (401): it has expired"
    why = answers[0].trouble or answers[0].status
    return f"the target went away while it was tested: {why}{_over_what(session)}"


async def _ask(session: Session, operation: str) -> Exchange:
    return await session.call(operation, purpose=Purpose.STILL_THERE)


def _over_what(session: Session) -> str:
    """The request over which it may have gone, if it was a strange one."""
    lost = next(_lost(session.exchanges, _last_sound(session.exchanges)), None)
    if lost is None or lost.purpose not in {Purpose.HOSTILE, Purpose.FUZZED, Purpose.MALFORMED_BODY}:
        return ""
    return f"; the first request without an answer was {str(lost)[:120]} ({lost.purpose}: {lost.label})"


def _lost(exchanges: Sequence[Exchange], last: float) -> Iterator[Exchange]:
    tail = (exchange for exchange in exchanges if exchange.trouble and _is_of_the_end(exchange, last))
    return iter(sorted(tail, key=lambda exchange: exchange.began))


def _is_its_own(answer: Exchange) -> bool:
    """Whether this is an answer of the target itself, to somebody whom it knows."""
    if answer.response is None or answer.trouble is not None:
        return False
    return answer.status != 401 and answer.status not in OF_A_GATEWAY


def _last_sound(exchanges: Sequence[Exchange]) -> float:
    """When the target was last asked for something that it then did: a refusal can also come from what stands before
    it, and a stream can go on when nothing else does."""
    return max(
        (
            exchange.began
            for exchange in exchanges
            if exchange.operation is not None
            and exchange.stream is None
            and exchange.purpose not in UNAUTHENTICATED
            and _is_its_own(exchange)
            and 200 <= (exchange.status or 0) < 300
        ),
        default=0.0,
    )


def _is_of_the_end(exchange: Exchange, last: float) -> bool:
    """Whether this is what it looks like when a target goes, or has gone, since that second."""
    if exchange.ended <= last - MARGIN:
        return False
    if exchange.trouble is not None or exchange.status in OF_A_GATEWAY:
        return True
    if exchange.stream is not None:
        return not any(frame.event == "completion" for frame in exchange.stream.frames)
    return exchange.status == 401 and exchange.purpose not in UNAUTHENTICATED


def _hint(answer: Exchange, base_url: str) -> str:
    detail = answer.trouble.detail if answer.trouble else ""
    if "CERTIFICATE_VERIFY_FAILED" in detail:
        return "; --ca-bundle names the authority to trust, --insecure trusts any"
    if "WRONG_VERSION_NUMBER" in detail:
        return "; does it speak http instead of https?"
    garbage = answer.trouble is not None and answer.trouble.kind in {TroubleKind.GARBAGE, TroubleKind.BROKEN}
    if garbage and base_url.startswith("http:"):
        return "; does it speak https?"
    return ""


def _location(answer: Exchange) -> str | None:
    if answer.response is None or not 300 <= answer.response.status < 400:
        return None
    return answer.response.header("location")


def _is_page(answer: Exchange) -> bool:
    return answer.response is not None and answer.response.media_type in PAGES and answer.json is NOT_JSON
