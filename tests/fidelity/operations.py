"""Which operation an exchange is of."""

import re

from tests.fidelity.recording import Exchange

BESIDE = "beside the API"
_TASK = r"/v2/tasks/[^/]+"
_OPERATIONS = {
    ("GET", r"/v2/tasks"): "listTasks",
    ("POST", r"/v2/tasks"): "createTask",
    ("GET", _TASK): "getTask",
    ("POST", rf"{_TASK}/cancel"): "cancelTask",
    ("POST", rf"{_TASK}/retry"): "retryTask",
    ("GET", rf"{_TASK}/events"): "getTaskEvents",
    ("GET", rf"{_TASK}/eventstream"): "getTaskEventStream",
    ("POST", r"/v2/dry-run"): "dryRunTask",
    ("POST", r"/v2/autocomplete/[^/]+/[^/]+"): "autocomplete",
    ("GET", r"/v2/templating-extensions"): "getTemplatingExtensions",
    ("GET", r"/v2/actions"): "listActions",
    ("GET", r"/v2/templates/[^/]+/[^/]+/[^/]+/parameter-schema"): "getTemplateParameterSchema",
}


def operation_of(exchange: Exchange) -> str:
    """Its operationId, or what it is in place of one."""
    mount, found, route = exchange.path.partition("/api/scaffolder")
    if not found or mount or not route.startswith("/v2"):
        return BESIDE
    for (method, pattern), operation in _OPERATIONS.items():
        if exchange.method == method and re.fullmatch(pattern, route.rstrip("/"), re.IGNORECASE):
            return operation
    return "other methods and routes"
