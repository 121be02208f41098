"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def actions(session: Session) -> None:
    """To be written."""


ACTIONS = Probe("actions", actions)
