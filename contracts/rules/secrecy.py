"""CONS: secrets are taken and never given back."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.rule import Observation, broken, kept, rule

SECRETS = "#/paths/~1v2~1tasks/post/requestBody/content/application~1json/schema/properties/secrets"


@rule(
    "CONS-20",
    "Secrets that were sent come back nowhere: not in a task, its log or stream, nor in a dry run or a header.",
    source=SECRETS,
    why="Everybody who may read the task learns the password of who created it.",
    needs="--template and --values, so that a task can be created",
    probes={"life", "aftermath", "dry-run", "bodies"},
)
def secrets_never_come_back(evidence: Evidence) -> Iterator[Observation]:
    sent = [secret for secret in evidence.secrets if any(secret in _sent(exchange) for exchange in evidence.exchanges)]
    if not sent:
        return
    clean: Counter[str | None] = Counter()
    shown: dict[str | None, Exchange] = {}
    for exchange in evidence.exchanges:
        if exchange.response is None:
            continue
        told = _told(exchange)
        leaked = next((form for secret in sent for form in _forms(secret) if form in told), None)
        if leaked is None:
            clean[exchange.operation] += 1
            shown.setdefault(exchange.operation, exchange)
        else:
            yield broken(
                exchange.operation,
                exchange,
                expected="nothing of a secret that was sent",
                observed=f"it, written as {leaked}",
            )
    for operation, exchange in shown.items():
        yield kept(operation, exchange)


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[str, ...]:
    """The ways in which a secret can be written: as it is, in JSON, in an address, in hexadecimal and in base64, there
    wherever it begins."""
    encoded = secret.encode()
    # Of base64, what does not depend on what stands before and behind.
    shifted = [base64.b64encode(b"\0" * shift + encoded).decode()[4 if shift else 0 : -4] for shift in range(3)]
    plain = (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), encoded.hex(), secret[::-1])
    return tuple(dict.fromkeys([*plain, *(form.lower() for form in shifted), secret.lower()]))


def _sent(exchange: Exchange) -> str:
    return "" if exchange.request.body is None else exchange.request.body.decode("utf-8", "replace")


def _told(exchange: Exchange) -> str:
    """Everything that an answer said, in lower case."""
    response, stream = exchange.response, exchange.stream
    parts = [] if response is None else [response.body.decode("utf-8", "replace")]
    parts += [] if response is None else [value for _, value in response.headers]
    parts += [] if stream is None else [f"{frame.id} {frame.event} {frame.data}" for frame in stream.frames]
    return "\n".join(parts).lower()
