"""`run-mock-server` with little patience and little room, so that no test waits long."""

from dataclasses import replace

from mock_server import json_body, serving, slow_clients
from mock_server.cli import main

CONNECTIONS = 300


def _is_impatient() -> None:
    json_body.BODY_SECONDS = 1
    impatient = replace(slow_clients.Patience(), head=1, body=1, reading=2, leaving=1, connections=CONNECTIONS)
    serving.Patience = lambda: impatient  # type: ignore[assignment,misc]


if __name__ == "__main__":
    _is_impatient()
    main()
