"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def templates(session: Session) -> None:
    """To be written."""


TEMPLATES = Probe("templates", templates)
