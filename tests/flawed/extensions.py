"""Servers that get the templating extensions wrong, or suggest what they must not."""

from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import Answer, App, Call, answering, editing_json, error_answer, json_answer

EXTENSIONS = {"getTemplatingExtensions"}
AUTOCOMPLETE = {"autocomplete"}
NOTHING = {"results": []}


@defect("TEMPL-14", blames="getTemplatingExtensions")
def filters_are_names(app: App) -> App:
    """Of a filter there is the name and nothing else."""
    return editing_json(app, EXTENSIONS, lambda call, body: {**body, "filters": {key: {} for key in body["filters"]}})


@defect("TEMPL-14", blames="getTemplatingExtensions")
def filters_give_nothing(app: App) -> App:
    """What a filter gives is not said."""

    def edit(call: Call, body: Any) -> Any:
        filters = {name: {**found, "schema": {"input": {}}} for name, found in body["filters"].items()}
        return {**body, "filters": filters}

    return editing_json(app, EXTENSIONS, edit)


@defect("TEMPL-15", blames="getTemplatingExtensions")
def there_are_no_filters(app: App) -> App:
    """No filter is listed."""
    return editing_json(app, EXTENSIONS, lambda call, body: {**body, "filters": {}})


@defect("TEMPL-15", blames="getTemplatingExtensions")
def filters_are_called_otherwise(app: App) -> App:
    """The names of the filters are in small letters."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "filters": {name.lower(): found for name, found in body["filters"].items()}}

    return editing_json(app, EXTENSIONS, edit)


@defect("AUTO-01", blames="autocomplete")
def unknown_provider_knows_nothing(app: App) -> App:
    """A provider that there is not suggests nothing."""
    return answering(app, AUTOCOMPLETE, lambda call: json_answer(200, NOTHING) if _is_sound(call) else None)


@defect("AUTO-01", blames="autocomplete")
def unknown_provider_is_a_fault(app: App) -> App:
    """A provider that there is not is a fault of the server."""
    return answering(app, AUTOCOMPLETE, lambda call: error_answer(500) if _is_sound(call) else None)


@defect("AUTO-02", blames="autocomplete")
def empty_token_will_do(app: App) -> App:
    """Suggestions are given for an empty token."""

    def reply(call: Call) -> Answer | None:
        empty = isinstance(call.json, dict) and call.json.get("token") == ""
        return json_answer(200, NOTHING) if empty else None

    return answering(app, AUTOCOMPLETE, reply)


@defect("AUTO-02", blames="autocomplete")
def no_token_will_do(app: App) -> App:
    """Suggestions are given without a token."""

    def reply(call: Call) -> Answer | None:
        missing = isinstance(call.json, dict) and "token" not in call.json
        return json_answer(200, NOTHING) if missing else None

    return answering(app, AUTOCOMPLETE, reply)


def _is_sound(call: Call) -> bool:
    sent = call.json if call.header("authorization") is not None else None
    return isinstance(sent, dict) and isinstance(sent.get("context"), dict) and bool(sent.get("token"))
