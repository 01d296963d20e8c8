"""The whole server in this process, with a real database and its own event loop, but without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar

import httpx

from heliograph.domain.sandbox import ensure
from heliograph.server.app import Application
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store
from tests.harness import Caller, new_app

HOST = "http://heliograph.test"

T = TypeVar("T")


class Inside:
    """A server, and a caller with the key of its sandbox app."""

    def __init__(self, database: str, **settings: Any) -> None:
        self._settings = Settings(database=database, **settings)
        self.loop = asyncio.new_event_loop()
        self.run(self._open())

    def __enter__(self) -> Inside:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine until it returns."""
        return self.loop.run_until_complete(coroutine)

    async def call(self, method: str, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        """Call `path` below the app."""
        return await self.http.request(method, f"{self.base}{path}", json=body, **kwargs)

    async def ok(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        """The JSON of a successful response."""
        answer = await self.call(method, path, body, **kwargs)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def restart(self) -> None:
        """Close the store, and serve the same database again."""
        self.run(self._close())
        self.run(self._open())

    def close(self) -> None:
        """Stop the server."""
        self.run(self._close())
        self.run(self.loop.shutdown_default_executor())
        self.loop.close()

    async def _open(self) -> None:
        self.store: Store = await open_store(self._settings.database, serve=True)
        sandbox = await ensure(self.store)
        self.app_id = sandbox.app.id
        self.base = f"{HOST}/v2/apps/{self.app_id}"
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(Application(self.store, self._settings)),
            auth=(sandbox.app_key.id, sandbox.app_key.secret),
        )

    async def _close(self) -> None:
        await self.http.aclose()
        await self.store.close()


class Outside(Inside):
    """A running server with several workers, and a new app on it. Each call opens a new connection, so that the calls
    reach all workers.
    """

    def __init__(self, account: Caller, database: str) -> None:
        self._account = account
        super().__init__(database)

    def restart(self) -> None:
        """Do nothing, because the server is not in this process."""

    async def _open(self) -> None:
        self.store = await open_store(self._settings.database)
        api = new_app(self._account)
        self.app_id = api.app_id
        self.base = f"{api.url}/v2/apps/{api.app_id}"
        self.http = httpx.AsyncClient(auth=api.auth, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
