"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def bodies(session: Session) -> None:
    """To be written."""


BODIES = Probe("bodies", bodies)
