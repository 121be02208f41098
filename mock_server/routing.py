"""Connexion's routing, without its search: Starlette tries one route behind the other, each by a regular expression."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.convertors import StringConvertor
from starlette.routing import BaseRoute, Mount, Route

from mock_server.answers import App, Receive, Scope, Send
from mock_server.framework import ROUTING_CONTEXT, RoutingMiddleware


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a route leads, and which segments of its path are given and which have a name."""

    context: Mapping[str, str]
    literals: tuple[tuple[int, str], ...]
    parameters: tuple[tuple[int, str], ...]

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        for index, literal in self.literals:
            if segments[index] != literal:
                return None
        found = {name: segments[index] for index, name in self.parameters}
        return found if all(found.values()) else None


class IndexedRouting(RoutingMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Routes as Connexion does, to the same operations. A path that is found costs the same wherever it stands in the
    document; any other, and whatever is wrong with a request, is left to Connexion."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._places: dict[tuple[str, int], list[_Place]] = {}

    def index(self) -> None:
        """Learn the routes that were added. One that converts a parameter is left out."""
        self._places.clear()
        for mount in self.router.routes:
            for route in mount.routes if isinstance(mount, Mount) else ():
                for key, place in _places(mount.path, route):
                    self._places.setdefault(key, []).append(place)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        segments = scope["path"].split("/")
        for place in self._places.get((scope["method"], len(segments)), ()):
            parameters = place.match(segments)
            if parameters is not None:
                scope["path_params"] = parameters
                scope.setdefault("extensions", {})[ROUTING_CONTEXT] = place.context
                await self.app(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def _places(base_path: str, route: BaseRoute) -> Iterator[tuple[tuple[str, int], _Place]]:
    if not isinstance(route, Route) or not all(
        isinstance(convertor, StringConvertor) for convertor in route.param_convertors.values()
    ):
        return
    segments = (base_path + route.path_format).split("/")
    names = {f"{{{name}}}": name for name in route.param_convertors}
    place = _Place(
        {"api_base_path": base_path, "operation_id": cast("Any", route.endpoint).operation_id},
        tuple((index, segment) for index, segment in enumerate(segments) if segment not in names),
        tuple((index, names[segment]) for index, segment in enumerate(segments) if segment in names),
    )
    for method in route.methods or ():
        yield (method, len(segments)), place
