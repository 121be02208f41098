"""The corpus can be sent as it is, and does no harm."""

import re

import h11

from contracts.contract import contract_of
from contracts.exchange import parse_json
from contracts.probes.hostile_corpus import ESCAPED
from contracts.probes.hostile_input import MOST_EACH_WHEN_QUICK
from contracts.probes.hostile_requests import hostile_requests
from contracts.profile import Profile

OPERATIONS = contract_of(Profile.BACKSTAGE).operations
REQUESTS = list(hostile_requests(OPERATIONS))
USUAL_REF = re.compile(r"(?:template:)?(?:default/)?([a-zA-Z][a-zA-Z0-9._-]*)")
OF_JAVASCRIPT = {"constructor", "toString", "undefined"}


def test_every_header_and_path_can_be_sent():
    for request in REQUESTS:
        path = request.path if isinstance(request.path, str) else "/"
        headers = [("Host", "x"), *((name, value) for name, value in request.headers if value is not None)]
        h11.Request(method="GET", target=path, headers=[(name, value.encode()) for name, value in headers])


def test_no_request_names_a_template_that_somebody_may_have():
    for request in REQUESTS:
        sent = parse_json(request.body) if request.operation == "createTask" and request.body else None
        ref = sent.get("templateRef") if isinstance(sent, dict) else None
        name = USUAL_REF.fullmatch(ref) if isinstance(ref, str) else None
        assert name is None or "contract-tests" in ref or name[1] in OF_JAVASCRIPT or len(name[1]) > 63


def test_what_only_code_can_say_is_never_sent():
    for request in REQUESTS:
        assert ESCAPED not in str(request)


def test_a_quick_run_sends_something_to_every_operation():
    quick = list(hostile_requests(OPERATIONS, MOST_EACH_WHEN_QUICK))
    assert {request.operation for request in quick} == {request.operation for request in REQUESTS}
    assert len(quick) < len(REQUESTS) / 5
