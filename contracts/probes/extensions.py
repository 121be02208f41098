"""Asks for the templating extensions, and providers of suggestions for what they cannot give."""

import asyncio

from contracts.exchange import Purpose
from contracts.labels import NO_CREDENTIALS, NOT_JSON_AT_ALL, UNKNOWN_PROVIDER
from contracts.probes.auth import UNKNOWN_RESOURCE
from contracts.probes.probe import Probe
from contracts.session import Session

TOKEN = "contract-tests"  # noqa: S105 for a provider that there is not
BAD_BODIES = (
    (NO_CREDENTIALS, b'{"context": {}}'),
    (NO_CREDENTIALS, b'{"context": {}, "token": ""}'),
    ("no context", b'{"token": "contract-tests"}'),
    ("a token that is a number", b'{"context": {}, "token": 7}'),
    ("a context that holds a number", b'{"context": {"owner": 7}, "token": "contract-tests"}'),
    ("a list", b"[]"),
    (NOT_JSON_AT_ALL, b"{"),
)


async def extensions(session: Session) -> None:
    """Ask for what is there, for a provider that is not, and with bodies that are not allowed."""
    if "autocomplete" not in session.contract.operations:
        return
    for number in range(2):
        await session.call("getTemplatingExtensions", label="again" if number else "")
    await session.call(
        "autocomplete", path=UNKNOWN_RESOURCE, json_body={"context": {}, "token": TOKEN}, label=UNKNOWN_PROVIDER
    )
    await asyncio.gather(
        *(
            session.call("autocomplete", path=UNKNOWN_RESOURCE, body=body, purpose=Purpose.MALFORMED_BODY, label=label)
            for label, body in BAD_BODIES[: 2 if session.limits.quick else None]
        )
    )


EXTENSIONS = Probe("extensions", extensions)
