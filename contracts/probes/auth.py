"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def authentication(session: Session) -> None:
    """To be written."""


AUTHENTICATION = Probe("auth", authentication)
