"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def parameters(session: Session) -> None:
    """To be written."""


PARAMETERS = Probe("parameters", parameters)
