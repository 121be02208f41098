"""Stub, to be written."""

from contracts.probes.probe import Probe
from contracts.session import Session


async def dry_run(session: Session) -> None:
    """To be written."""


DRY_RUN = Probe("dry-run", dry_run)
