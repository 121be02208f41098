"""What a frontend asks of Backstage beside the scaffolder, served by Connexion from a document of its own."""

from collections.abc import Collection

from mock_server.addresses import AUTH_MOUNT, ROOT_MOUNT
from mock_server.answers import Receive, Scope, Send
from mock_server.auth import Authenticator
from mock_server.companions import health, permission
from mock_server.companions.catalog.locations import LocationOperations
from mock_server.companions.catalog.operations import EntityOperations
from mock_server.companions.sign_in import AuthPlugin, SignIn
from mock_server.entities import Entities
from mock_server.quirks import Quirk
from mock_server.simulator import Simulator
from mock_server.spec import DocumentedApi
from openapi.documents import load_companions


class Companions:
    """Answers what lies below the mounts of the other plugins."""

    def __init__(
        self, simulator: Simulator, authenticator: Authenticator, sign_in: SignIn, quirks: Collection[Quirk] = ()
    ) -> None:
        def present() -> Entities:
            return simulator.catalog.entities

        self._app = DocumentedApi(
            load_companions(),
            base_path="",
            functions=(sign_in, permission, health, EntityOperations(present), LocationOperations(present)),
            authenticator=authenticator,
            simulator=simulator,
            open_paths=(AUTH_MOUNT, ROOT_MOUNT),
        )
        self._auth_plugin = AuthPlugin(self._app, quirks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._auth_plugin if scope["path"].startswith(AUTH_MOUNT) else self._app
        await app(scope, receive, send)
