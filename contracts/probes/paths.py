"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def paths(session: Session) -> None:
    """To be written."""


PATHS = Probe("paths", paths)
