"""The index finds what Connexion's own search finds, and leaves the rest to it."""

from itertools import product

import pytest
from starlette.exceptions import HTTPException

from mock_server.framework import ROUTING_CONTEXT, Resolver, RoutingMiddleware
from mock_server.routing import IndexedRouting
from mock_server.spec import Specification31
from openapi.documents import load_backstage, load_companions, load_control

DOCUMENTS = {"/api/scaffolder": load_backstage, "": load_companions, "/_mock/v1": load_control}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAMPLES = ("a", "a%2Fb", "by-name", "v2", "")


def nothing(*_):
    """The function of an operation that nobody calls here."""


class Arrived:
    """What is behind the routing: it keeps what has arrived."""

    def __init__(self):
        self.operation = self.parameters = self.base_path = None

    async def __call__(self, scope, receive, send):
        self.operation = scope["extensions"][ROUTING_CONTEXT].get("operation_id")
        self.base_path = scope["extensions"][ROUTING_CONTEXT].get("api_base_path")
        self.parameters = scope["path_params"]


def routing(kind, base_path, document):
    arrived = Arrived()
    routed = kind(arrived)
    routed.router.redirect_slashes = False
    routed.add_api(Specification31(dict(document)), base_path=base_path, resolver=Resolver(lambda _: nothing))
    for mount in routed.router.routes:
        mount.app.redirect_slashes = False
    return routed, arrived


def requests_of(document):
    for path, method in product(document["paths"], METHODS):
        for sample in SAMPLES:
            segments = [sample if segment.startswith("{") else segment for segment in path.split("/")]
            for written in ("/".join(segments), "/".join(segments) + "/", "/".join(segments[:-1]) or "/"):
                yield method, written


async def arrives(routed, arrived, method, path):
    """What arrived of a request, or the exception that it ended with."""
    arrived.__init__()
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "app": None}
    try:
        await routed(scope, None, None)
    except HTTPException as error:
        return error.status_code
    return arrived.operation, arrived.parameters, arrived.base_path if arrived.operation else None


@pytest.mark.parametrize("base_path", DOCUMENTS)
async def test_the_index_finds_what_connexion_finds(base_path):
    document = DOCUMENTS[base_path]()
    connexion, indexed = routing(RoutingMiddleware, base_path, document), routing(IndexedRouting, base_path, document)
    indexed[0].index()
    for method, path in sorted(set(requests_of(document))):
        request = (method, base_path + path)
        assert await arrives(*indexed, *request) == await arrives(*connexion, *request), request


@pytest.mark.parametrize("base_path", DOCUMENTS)
async def test_no_operation_is_searched_for(base_path, monkeypatch):
    async def searched(*_):
        raise AssertionError

    document = DOCUMENTS[base_path]()
    routed, arrived = routing(IndexedRouting, base_path, document)
    routed.index()
    monkeypatch.setattr(RoutingMiddleware, "__call__", searched)
    for path, item in document["paths"].items():
        for method in set(item) & {"get", "post", "put", "patch", "delete"}:
            operation, *_ = await arrives(routed, arrived, method.upper(), base_path + path)
            assert operation == item[method]["operationId"]


async def test_a_parameter_that_is_converted_is_left_to_connexion():
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    operation = {"operationId": "count", "parameters": [number], "responses": {"200": {"description": "Fine."}}}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/{number}": {"get": operation}}}
    routed, arrived = routing(IndexedRouting, "/api", document)
    routed.index()
    assert await arrives(routed, arrived, "GET", "/api/7") == ("count", {"number": 7}, "/api")
    assert (await arrives(routed, arrived, "GET", "/api/seven"))[0] is None
