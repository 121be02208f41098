"""Lists the actions, twice and as different clients would ask."""

from contracts.probes.probe import Probe
from contracts.session import Session

# What browsers, curl and two HTTP libraries say they accept; any of it lets JSON pass.
ACCEPTED = ("*/*", "application/json, text/plain, */*", "application/json;q=0.9, */*;q=0.1")


async def list_actions(session: Session) -> None:
    """Ask for the list again and again."""
    for label in ("at first", "again"):
        await session.call("listActions", label=label)
    for accepted in ACCEPTED:
        await session.call("listActions", headers=[("Accept", accepted)], label=f"accepting {accepted}")


ACTIONS = Probe("actions", list_actions)
