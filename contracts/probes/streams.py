"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def streams(session: Session) -> None:
    """To be written."""


STREAMS = Probe("streams", streams)
