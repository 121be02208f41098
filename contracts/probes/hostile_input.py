"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def hostile_input(session: Session) -> None:
    """To be written."""


HOSTILE_INPUT = Probe("hostile-input", hostile_input)
