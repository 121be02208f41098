"""Lets the fuzzer loose on the target, in a process of its own that is killed when it hangs."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

from contracts.evidence import FuzzReport
from contracts.fuzz_examples import order_for
from contracts.fuzz_order import FuzzOrder
from contracts.fuzz_transcript import Transcript
from contracts.session import REQUEST_DEADLINE, Session
from contracts.transport import LONGEST_BODY

PROGRAM = "contracts.fuzzer"
# The fuzzer gives a request up by itself; who waits so much longer for it waits in vain.
GRACE = 3.0
LONGEST_LINE = 2 * LONGEST_BODY
LAST_WORDS = 300


async def fuzz(session: Session, seconds: float) -> FuzzReport:
    """Fuzz the target for at most so many seconds. Every exchange is recorded in the session; a run that was cut short
    by the time is reported as not completed."""
    end = session.now() + seconds
    order = await order_for(session)
    transcript = Transcript(order.base_url, session.contract, time.monotonic() - session.now())
    with tempfile.TemporaryDirectory(prefix="contract-tests-", ignore_cleanup_errors=True) as folder:
        words = Path(folder) / "stderr"
        async with _running(order, folder, words) as told:
            hung = await _follow(session, told, transcript, end)
        errors = () if hung or transcript.is_over or session.now() >= end else (_last_words(words),)
    return transcript.report(hung=hung, errors=errors)


async def _follow(session: Session, told: StreamReader, transcript: Transcript, end: float) -> tuple[str, ...]:
    """Record what the process tells until it is over or `end` comes; returns the operation it hangs in."""
    while True:
        since = transcript.in_flight_since
        patience = end if since is None else min(end, since + REQUEST_DEADLINE + GRACE)
        try:
            line = await asyncio.wait_for(told.readline(), max(0.0, patience - session.now()))
        except TimeoutError:
            waited = 0.0 if since is None else session.now() - since
            return (transcript.in_flight or "",) if waited > REQUEST_DEADLINE else ()
        except ValueError:
            # A line longer than the reader takes: only an answer can be that long.
            return ()
        if not line.endswith(b"\n"):
            return ()
        exchange = transcript.take(line, len(session.exchanges) + 1)
        if exchange is not None:
            session.keep(exchange)
        if transcript.is_over:
            return ()


@contextlib.asynccontextmanager
async def _running(order: FuzzOrder, folder: str, words: Path) -> AsyncIterator[StreamReader]:
    with words.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", PROGRAM),
            stdin=PIPE,
            stdout=PIPE,
            stderr=stderr,
            limit=LONGEST_LINE,
            cwd=folder,
            env=_environment(folder),
            # An interrupt from the keyboard is for the run, which ends the fuzzer itself.
            start_new_session=True,
        )
    try:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process that was started with pipes has them")
        with contextlib.suppress(ConnectionError):
            process.stdin.write(order.to_json())
            await process.stdin.drain()
        process.stdin.close()
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the caller's but where modules and programs are."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": folder,
        "PYTHONPATH": os.pathsep.join(str(Path(place).resolve()) for place in sys.path if place),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _last_words(words: Path) -> str:
    said = words.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"the fuzzer ended by itself: {said[-1] if said else 'without a word'}"[:LAST_WORDS]
