"""Parameters that are not looked at, or not closely enough."""

import json
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    answering,
    changing_requests,
    editing_answers,
    editing_json,
    error_answer,
    json_answer,
)


def creator_of(call: Call) -> str | None:
    return next((value for name, value in call.query if name == "createdBy"), None)


def without_filter(call: Call) -> Call:
    return call.with_query([(name, value) for name, value in call.query if name != "createdBy"])


def filtering(app: App, matches: Callable[[str, str], bool]) -> App:
    """The list, filtered in another way: `matches` is asked with the creator of a task and the one that is wanted."""

    def edit(call: Call, answer: Answer) -> Answer:
        wanted = creator_of(call)
        if wanted is None or answer.status != 200:
            return answer
        tasks = [task for task in answer.json["tasks"] if matches(task.get("createdBy", ""), wanted)]
        return answer.with_json({**answer.json, "tasks": tasks})

    return editing_answers(changing_requests(app, {"listTasks"}, without_filter), {"listTasks"}, edit)


@defect("PARAM-01", blames="listTasks")
def filter_is_ignored(app: App) -> App:
    """`createdBy` changes nothing."""
    return changing_requests(app, {"listTasks"}, without_filter)


@defect("PARAM-01", blames="listTasks")
def filter_matches_beginnings(app: App) -> App:
    """`createdBy` matches whoever begins so."""
    return filtering(app, str.startswith)


@defect("PARAM-01", blames="listTasks")
def filter_matches_names(app: App) -> App:
    """`createdBy` matches the name without kind and namespace."""
    return filtering(app, lambda creator, wanted: creator == wanted or creator.endswith(f"/{wanted}"))


@defect("PARAM-01", blames="listTasks")
def filter_knows_wildcards(app: App) -> App:
    """`createdBy` is given to a LIKE of the database: `%` matches everybody."""
    return filtering(app, lambda creator, wanted: creator == wanted or wanted == "%")


@defect("PARAM-01", blames="listTasks")
def filter_is_split_at_commas(app: App) -> App:
    """`createdBy` is a list of creators with commas between them."""
    return filtering(app, lambda creator, wanted: creator in wanted.split(","))


@defect("PARAM-01", blames="listTasks")
def filter_is_trimmed(app: App) -> App:
    """Blanks around `createdBy` are cut off."""
    return filtering(app, lambda creator, wanted: creator == wanted.strip())


@defect("PARAM-01", blames="listTasks")
def blanks_behind_the_filter_do_not_count(app: App) -> App:
    """Blanks behind `createdBy` do not count, as in some databases."""
    return filtering(app, lambda creator, wanted: creator == wanted.rstrip())


@defect("PARAM-01", blames="listTasks")
def unknown_creator_is_no_filter(app: App) -> App:
    """A creator that nobody knows filters nothing."""
    return filtering(app, lambda creator, wanted: creator == wanted or "nobody" in wanted)


@defect("PARAM-02", blames="listTasks")
def filtered_list_is_short(app: App) -> App:
    """A filtered list holds nothing at all."""
    return filtering(app, lambda creator, wanted: False)


@defect("PARAM-02", blames="listTasks")
def filtered_list_lacks_the_oldest(app: App) -> App:
    """A filtered list leaves out its last task."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "tasks": body["tasks"][:-1]} if creator_of(call) else body

    return editing_json(app, {"listTasks"}, edit)


@defect("PARAM-02", blames="listTasks")
def filter_is_not_decoded(app: App) -> App:
    """`createdBy` is compared as it stands in the address, percent signs and all."""
    return filtering(app, lambda creator, wanted: creator.isalnum() and creator == wanted)


@defect("PARAM-02", blames="listTasks")
def filtered_list_is_stale(app: App) -> App:
    """A filtered list is remembered for its creator, and tasks that are new are not in it."""
    remembered: dict[str, Answer] = {}

    def edit(call: Call, answer: Answer) -> Answer:
        wanted = creator_of(call)
        return answer if wanted is None or answer.status != 200 else remembered.setdefault(wanted, answer)

    return editing_answers(app, {"listTasks"}, edit)


@defect("PARAM-02", blames="listTasks")
def filtered_list_lacks_what_was_cancelled(app: App) -> App:
    """A filtered list leaves out the tasks that were cancelled."""

    def edit(call: Call, body: Any) -> Any:
        kept = [task for task in body["tasks"] if task["status"] != "cancelled"]
        return {**body, "tasks": kept} if creator_of(call) else body

    return editing_json(app, {"listTasks"}, edit)


@defect("PARAM-03", blames="listTasks")
def unknown_creator_is_not_found(app: App) -> App:
    """A creator without tasks is 404."""

    def edit(call: Call, answer: Answer) -> Answer:
        nothing = creator_of(call) and answer.status == 200 and not answer.json["tasks"]
        return error_answer(404, "NotFoundError", "no such user") if nothing else answer

    return editing_answers(app, {"listTasks"}, edit)


@defect("PARAM-03", blames="listTasks")
def creator_must_be_a_reference(app: App) -> App:
    """A creator that is no entity reference is 400."""

    def reply(call: Call) -> Answer | None:
        wanted = creator_of(call)
        return error_answer(400, "InputError", "no reference") if wanted and not wanted.startswith("user:") else None

    return answering(app, {"listTasks"}, reply)


@defect("PARAM-04", blames="listTasks")
def empty_creator_is_refused(app: App) -> App:
    """An empty creator is 400."""
    return answering(
        app, {"listTasks"}, lambda call: error_answer(400, "InputError", "empty") if creator_of(call) == "" else None
    )


@defect("PARAM-04", blames="listTasks")
def empty_creator_is_not_found(app: App) -> App:
    """An empty creator is 404."""
    return answering(
        app, {"listTasks"}, lambda call: error_answer(404, "NotFoundError") if creator_of(call) == "" else None
    )


@defect("PARAM-05", blames="listTasks")
def filter_does_not_see_capitals(app: App) -> App:
    """`createdBy` matches in any casing."""
    return filtering(app, lambda creator, wanted: creator.casefold() == wanted.casefold())


@defect("PARAM-05", blames="listTasks")
def filter_lowers_what_is_wanted(app: App) -> App:
    """`createdBy` is made lower-case before it is compared."""
    return filtering(app, lambda creator, wanted: creator == wanted.lower())


def reading_after(app: App, operation: str, read: Callable[[str], str | None]) -> App:
    """Give the server another `after`: what `read` makes of it, None for none at all."""

    def change(call: Call) -> Call:
        query = [(name, read(value) if name == "after" else value) for name, value in call.query]
        return call.with_query([(name, value) for name, value in query if value is not None])

    return changing_requests(app, {operation}, change)


def is_integer(text: str) -> bool:
    return text.lstrip("-").isdecimal()


@defect("PARAM-06", blames="getTaskLogs")
def malformed_position_is_none(app: App) -> App:
    """An `after` that is no integer is as none at all."""
    return reading_after(app, "getTaskLogs", lambda text: text if is_integer(text) else None)


@defect("PARAM-06", blames="getTaskEventStream")
def position_is_read_until_it_is_none(app: App) -> App:
    """Of an `after`, the stream reads the digits at its beginning."""

    def read(text: str) -> str:
        digits = text[: len(text) - len(text.lstrip("0123456789"))]
        return digits or text

    return reading_after(app, "getTaskEventStream", read)


@defect("PARAM-06", blames="getTaskLogs")
def position_is_rounded(app: App) -> App:
    """An `after` with a fraction is rounded."""
    return reading_after(app, "getTaskLogs", lambda text: "2" if text == "1.5" else text)


@defect("PARAM-07", blames="getTaskLogs")
def position_may_have_underscores(app: App) -> App:
    """An `after` of 1_000 is a thousand."""
    return reading_after(app, "getTaskLogs", lambda text: text.replace("_", ""))


@defect("PARAM-07", blames="getTaskEventStream")
def empty_position_is_none(app: App) -> App:
    """An empty `after` is as none at all."""
    return reading_after(app, "getTaskEventStream", lambda text: text or None)


@defect("PARAM-08", blames="getTaskLogs")
def negative_position_is_refused(app: App) -> App:
    """A negative `after` is 400."""
    return reading_after(app, "getTaskLogs", lambda text: "abc" if text.startswith("-") else text)


@defect("PARAM-08", blames="getTaskEventStream")
def stream_counts_to_32_bits(app: App) -> App:
    """An `after` beyond 32 bits is refused by the stream."""
    return reading_after(
        app, "getTaskEventStream", lambda text: "abc" if is_integer(text) and int(text) >= 2**31 else text
    )


def mending(app: App, operations: set[str], mend: Callable[[Any], Any]) -> App:
    """Take a body that is not allowed for one that is: `mend` gets the parsed body."""

    def change(call: Call) -> Call:
        return call.with_json(mend(call.json)) if isinstance(call.json, dict) else call

    return changing_requests(app, operations, change)


@defect("PARAM-09", blames="createTask")
def missing_values_are_none(app: App) -> App:
    """A create without values is one with empty values."""
    return mending(app, {"createTask"}, lambda body: {"values": {}, **body})


@defect("PARAM-09", blames="createTask")
def list_of_values_is_taken(app: App) -> App:
    """Values that are a list are taken."""
    return mending(app, {"createTask"}, lambda body: {**body, "values": body.get("values") or {}})


@defect("PARAM-09", blames="createTask")
def secrets_are_made_text(app: App) -> App:
    """A secret of any type is taken for text."""

    def mend(body: Any) -> Any:
        secrets = body.get("secrets")
        return (
            {**body, "secrets": {name: str(secrets[name]) for name in secrets}} if isinstance(secrets, dict) else body
        )

    return mending(app, {"createTask"}, mend)


@defect("PARAM-09", blames="createTask")
def reference_in_a_list_is_taken(app: App) -> App:
    """A reference in a list is made text, which is the reference."""

    def mend(body: Any) -> Any:
        ref = body.get("templateRef")
        return {**body, "templateRef": ",".join(ref)} if isinstance(ref, list) else body

    return mending(app, {"createTask"}, mend)


@defect("PARAM-09", blames="createTask")
def null_secrets_are_none(app: App) -> App:
    """Secrets that are null are as none at all."""
    return mending(app, {"createTask"}, lambda body: {name: value for name, value in body.items() if value is not None})


@defect("PARAM-09", blames="dryRunTask")
def dry_run_does_not_look_at_secrets(app: App) -> App:
    """A dry run takes anything for secrets."""
    return mending(app, {"dryRunTask"}, lambda body: {name: value for name, value in body.items() if name != "secrets"})


@defect("PARAM-09", blames="dryRunTask")
def dry_run_does_not_look_at_contents(app: App) -> App:
    """A dry run takes anything for contents."""
    return mending(app, {"dryRunTask"}, lambda body: {**body, "directoryContents": []})


@defect("PARAM-09", blames="createTask")
def list_of_creates_creates_the_first(app: App) -> App:
    """A list of creates is taken for its first."""

    def change(call: Call) -> Call:
        return call.with_json(call.json[0]) if isinstance(call.json, list) and call.json else call

    return changing_requests(app, {"createTask"}, change)


@defect("PARAM-10", blames="createTask")
def cut_body_is_completed(app: App) -> App:
    """A body that lacks its end is taken nevertheless."""

    def change(call: Call) -> Call:
        return call if call.json is not None else mended(call)

    def mended(call: Call) -> Call:
        try:
            return call.with_json(json.loads(call.body + b"}"))
        except ValueError:
            return call

    return changing_requests(app, {"createTask"}, change)


@defect("PARAM-10", blames="dryRunTask")
def unreadable_dry_run_is_an_empty_one(app: App) -> App:
    """A body that cannot be read is a dry run of nothing."""
    nothing = {"log": [], "directoryContents": [], "steps": [], "output": {}}
    return answering(app, {"dryRunTask"}, lambda call: json_answer(200, nothing) if call.json is None else None)


@defect("PARAM-11", blames="createTask")
def text_is_taken_for_json(app: App) -> App:
    """Whatever the content type says, it is JSON."""
    return changing_requests(app, {"createTask"}, lambda call: call.with_header("content-type", "application/json"))


@defect("PARAM-11", blames="dryRunTask")
def form_is_taken_for_json(app: App) -> App:
    """What curl sends when it is told nothing is JSON, too."""

    def change(call: Call) -> Call:
        form = call.header("content-type") == "application/x-www-form-urlencoded"
        return call.with_header("content-type", "application/json") if form else call

    return changing_requests(app, {"dryRunTask"}, change)


def refusing_refs(app: App, is_wrong: Callable[[str], bool], answer: Answer) -> App:
    def reply(call: Call) -> Answer | None:
        ref = call.json.get("templateRef") if isinstance(call.json, dict) else None
        return answer if isinstance(ref, str) and is_wrong(ref) else None

    return answering(app, {"createTask"}, reply)


@defect("PARAM-12", blames="createTask")
def malformed_reference_is_a_fault(app: App) -> App:
    """A reference without a name is a fault of the server."""
    return refusing_refs(app, lambda ref: ref.endswith("/"), error_answer(500, "TypeError", "not on the form"))


@defect("PARAM-12", blames="createTask")
def empty_reference_is_the_default(app: App) -> App:
    """An empty reference is that of some template."""

    def mend(body: Any) -> Any:
        return {**body, "templateRef": body.get("templateRef") or "template:default/hello-world"}

    return mending(app, {"createTask"}, mend)


@defect("PARAM-13", blames="createTask")
def kind_is_not_looked_at(app: App) -> App:
    """The kind of the reference does not matter."""

    def mend(body: Any) -> Any:
        ref = body.get("templateRef")
        return {**body, "templateRef": f"template:{ref.rpartition(':')[2]}"} if isinstance(ref, str) else body

    return mending(app, {"createTask"}, mend)


@defect("PARAM-13", blames="createTask")
def other_kind_is_a_fault(app: App) -> App:
    """A reference to a component is a fault of the server."""
    return refusing_refs(app, lambda ref: ref.startswith("component:"), error_answer(500))


def refused_but_done(app: App, mend: Callable[[Any], Any]) -> App:
    """Mend a body, create the task, and refuse it nevertheless."""

    def edit(call: Call, answer: Answer) -> Answer:
        wrong = isinstance(call.json, dict) and mend(call.json) != call.json
        return error_answer(400, "InputError", "refused") if wrong else answer

    return editing_answers(mending(app, {"createTask"}, mend), {"createTask"}, edit)


@defect("PARAM-14", blames="createTask")
def refused_secrets_make_a_task(app: App) -> App:
    """Secrets are looked at when the task has been made."""

    def mend(body: Any) -> Any:
        secrets = body.get("secrets", {})
        wrong = not isinstance(secrets, dict) or not all(isinstance(value, str) for value in secrets.values())
        return {**body, "secrets": {}} if wrong else body

    return refused_but_done(app, mend)


@defect("PARAM-14", blames="createTask")
def refused_kind_makes_a_task(app: App) -> App:
    """The kind is looked at when the task has been made."""

    def mend(body: Any) -> Any:
        ref = body.get("templateRef")
        wrong = isinstance(ref, str) and ref.startswith("component:")
        return {**body, "templateRef": ref.replace("component:", "template:")} if wrong else body

    return refused_but_done(app, mend)


@defect("PARAM-15", blames="createTask")
def refusal_of_a_body_is_empty(app: App) -> App:
    """A 400 has no body."""
    return editing_answers(app, {"createTask"}, lambda call, answer: Answer(400) if answer.status == 400 else answer)


@defect("PARAM-15", blames="getTaskLogs")
def refusal_of_a_position_has_another_form(app: App) -> App:
    """A 400 has a form that is nobody else's."""
    return editing_json(app, {"getTaskLogs"}, lambda call, body: {"detail": "not an integer"}, status=400)


@defect("CONS-20", blames="createTask")
def refusal_of_a_body_repeats_it(app: App) -> App:
    """A 400 repeats the body that it refuses, secrets and all."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "received": call.body.decode(errors="replace")}

    return editing_json(app, {"createTask"}, edit, status=400)


@defect("PARAM-16", blames="listTasks")
def filter_sticks(app: App) -> App:
    """The list that follows a filtered one is filtered, too."""
    last: list[str | None] = [None]

    def change(call: Call) -> Call:
        wanted, last[0] = last[0], creator_of(call)
        return call.with_query([("createdBy", wanted)]) if wanted and creator_of(call) is None else call

    return changing_requests(app, {"listTasks"}, change)


@defect("PARAM-16", blames="listTasks")
def filtered_list_is_remembered(app: App) -> App:
    """The list is remembered without its filter, until it is asked for once more."""
    remembered: list[Answer] = []

    def edit(call: Call, answer: Answer) -> Answer:
        if creator_of(call) is not None:
            remembered[:] = [answer]
            return answer
        return remembered.pop() if remembered else answer

    return editing_answers(app, {"listTasks"}, edit)
