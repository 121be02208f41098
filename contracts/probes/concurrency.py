"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def concurrency(session: Session) -> None:
    """To be written."""


CONCURRENCY = Probe("concurrency", concurrency)
