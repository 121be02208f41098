"""Assembly: the one module that knows all the others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from mock_server.actions.catalogue import load_actions
from mock_server.addresses import COMPANION_MOUNTS, CONTROL_MOUNT, MOUNT
from mock_server.answers import App, Receive, Scope, Send
from mock_server.auth import GUEST, SERVICE_TOKEN, USER_TOKEN, Authenticator, AuthMode
from mock_server.clock import wall_seconds
from mock_server.control.health import Health
from mock_server.cors import Cors
from mock_server.document import served_document
from mock_server.edge import Edge
from mock_server.entity_refs import parse_entity_ref
from mock_server.handlers import actions, autocompletion, tasks, templates
from mock_server.plugin_routes import PluginRoutes
from mock_server.quirks import Quirk
from mock_server.reloading import Loaded, Reloader
from mock_server.request import EXCHANGE, NoSuchRoute
from mock_server.scenario import DEFAULT_SCENARIO
from mock_server.scenario_files import ScenarioReader, load_scenarios
from mock_server.shipped import DEMO_ENTITIES, SCENARIOS
from mock_server.simulator import KEPT_TASKS, Principal, Settings, Simulator
from mock_server.spec import DocumentedApi
from mock_server.swagger import DocumentPages
from mock_server.templates import load_catalog
from mock_server.user_tokens import DEFAULT_LIFETIME, UserTokens
from mock_server.world import DEFAULT_WORLD

DEFAULT_TOKENS: Mapping[str, Principal] = MappingProxyType(
    {USER_TOKEN: Principal(GUEST), SERVICE_TOKEN: Principal(None)}
)


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that can be said when the server is started.

    Paths are of files and folders. A world keeps `kept_tasks` at most.
    """

    templates: Sequence[Path] = ()
    scenarios: Sequence[Path] = ()
    scenario: str = DEFAULT_SCENARIO
    tokens: Mapping[str, Principal] = field(default_factory=lambda: DEFAULT_TOKENS)
    auth: AuthMode = "required"
    speed: float = 1.0
    seed: int | None = None
    quirks: frozenset[Quirk] = frozenset()
    cors_origins: Sequence[str] = ()
    companions: bool = True
    control: bool = True
    control_token: str | None = None
    listens_here_only: bool = True
    guest: str = GUEST
    token_lifetime: int = DEFAULT_LIFETIME
    reload: bool = True
    kept_tasks: int = KEPT_TASKS


class MockServer:
    """The whole mock as an ASGI application. `simulator` is what it simulates, `reloader` takes edits of its files."""

    def __init__(self, options: Options | None = None, wall: Callable[[], int] = wall_seconds) -> None:
        """`wall` tells the seconds that tokens expire by.

        Raises BrokenFile or UnknownScenario for options that cannot be used.
        """
        options = options or Options()
        settings = Settings(
            scenario=options.scenario,
            speed=options.speed,
            seed=options.seed,
            quirks=options.quirks,
            kept_tasks=options.kept_tasks,
            is_open=options.auth == "off",
        )
        reader = ScenarioReader(SCENARIOS / "scenario.schema.json")

        def load() -> Loaded:
            knows_legacy = Quirk.LEGACY_UNKNOWN not in options.quirks
            return Loaded(
                load_catalog(options.templates or [DEMO_ENTITIES], knows_legacy=knows_legacy),
                load_scenarios([SCENARIOS, *options.scenarios], reader),
            )

        loaded = load()
        self.simulator = Simulator(loaded.catalog, load_actions(), loaded.scenarios, settings)
        self.reloader = Reloader(self.simulator, load)
        self._watched = [*options.templates, *options.scenarios] if options.reload else []
        handed_out = UserTokens(options.tokens, options.token_lifetime, wall)
        guest = str(parse_entity_ref(options.guest, default_kind="user"))
        authenticator = Authenticator(
            options.tokens,
            options.auth,
            handed_out=handed_out,
            guest=guest,
            checks_needless=Quirk.NEEDLESS_TOKEN_CHECKED in options.quirks,
            worlds=self.simulator.worlds,
        )
        document = served_document(options.quirks)
        api = DocumentedApi(
            document,
            base_path=MOUNT,
            functions=(tasks, templates, actions, autocompletion),
            authenticator=authenticator,
            simulator=self.simulator,
        )
        routes = PluginRoutes(api, authenticator, self.simulator, MOUNT)
        mounted: dict[str, App] = {MOUNT: DocumentPages(routes, document, MOUNT)}
        if options.companions:

            def make_companions() -> App:
                from mock_server.companion_api import Companions
                from mock_server.companions.sign_in import SignIn

                sign_in = SignIn(handed_out, authenticator, guest)
                return Companions(self.simulator, authenticator, sign_in, options.quirks)

            mounted |= dict.fromkeys(COMPANION_MOUNTS, _Lazy(make_companions))
        if options.control and (options.listens_here_only or options.control_token is not None):

            def make_control() -> App:
                from mock_server.control.access import ControlAccess
                from mock_server.control.api import Control

                access = ControlAccess(options.control_token, listens_here_only=options.listens_here_only)
                return Control(self.simulator, access, reader)

            mounted[CONTROL_MOUNT] = _Lazy(make_control)
        # Without the control nobody could read a journal.
        journalled = self.simulator.worlds if CONTROL_MOUNT in mounted else None
        self.simulator.worlds.get(DEFAULT_WORLD)
        self._app: App = Edge(Health(_Mounts(mounted)), Cors(options.cors_origins), options.quirks, journalled)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        watching = asyncio.create_task(self.reloader.watch(self._watched)) if self._watched else None
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        self.simulator.close()
        await send({"type": "lifespan.shutdown.complete"})


class _Lazy:
    """An application that is made when it is first asked for, so that the start need not wait for it."""

    def __init__(self, make: Callable[[], App]) -> None:
        self._make = make
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


class _Mounts:
    """Hands on what lies below a mount to the application that is there; there is nothing beside them."""

    def __init__(self, mounted: Mapping[str, App]) -> None:
        self._mounted = mounted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._mounted.get("/".join(scope["path"].split("/", 3)[:3]))
        if app is None:
            raise NoSuchRoute(scope[EXCHANGE].path)
        await app(scope, receive, send)
