"""The control API: served by Connexion from a document of its own, to whom it is open."""

from dataclasses import replace

from mock_server.addresses import CONTROL_MOUNT
from mock_server.answers import App, Receive, Scope, Send
from mock_server.control import clock, faults, journal, snapshots, tasks, tokens, watching, worlds
from mock_server.control.access import ControlAccess
from mock_server.control.scenarios import ScenarioOperations
from mock_server.request import EXCHANGE
from mock_server.scenario_files import ScenarioReader
from mock_server.simulator import Simulator
from mock_server.spec import DocumentedApi
from mock_server.swagger import DocumentPages
from mock_server.world import DEFAULT_WORLD
from openapi.documents import load_control


class Control:
    """Answers what lies below the mount of the control API."""

    def __init__(self, simulator: Simulator, access: ControlAccess, reader: ScenarioReader) -> None:
        document = load_control()
        api = DocumentedApi(
            document,
            base_path=CONTROL_MOUNT,
            functions=(worlds, clock, tasks, ScenarioOperations(reader), faults, tokens, journal, snapshots, watching),
            authenticator=access,
            simulator=simulator,
        )
        self._access = access
        self._app: App = DocumentPages(api, document, CONTROL_MOUNT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._access.authenticate(scope)
        # The world that is controlled stands in the path; whatever the request says besides makes none, and what goes
        # wrong in a world must not stop who is to mend it.
        scope[EXCHANGE] = replace(scope[EXCHANGE], world=DEFAULT_WORLD, meets_faults=False)
        await self._app(scope, receive, send)
