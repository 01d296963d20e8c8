"""The whole server in this process, with a real database and its own event loop, but without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

import httpx
from starlette.types import Message, Scope

from heliograph.domain.sandbox import ensure
from heliograph.server.app import Application, Parts
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store
from tests.harness import Auth, Caller, new_app
from tests.proofs.connections import Connections, basic, encoded

HOST = "heliograph.test"

T = TypeVar("T")


@dataclass
class KeyedWrite:
    """A write with an idempotency key, and its response."""

    key: str
    method: str
    url: str
    body: Any
    auth: Auth | None
    answer: httpx.Response


class Inside:
    """A server, and a caller with the key of its sandbox app.

    `next_key` is the idempotency key of the next write, and `keyed` are the writes that had one.
    """

    def __init__(self, database: str, **settings: Any) -> None:
        self.database = database
        self.next_key: str | None = None
        self.keyed: list[KeyedWrite] = []
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

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        auth: Auth | None = None,
    ) -> httpx.Response:
        """Call `path` below the app, by default with the key of the app."""
        return await self.follow(f"{self.base}{path}{'?' + urlencode(params) if params else ''}", method, body, auth)

    async def extension(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call `path` below the app and `/heliograph/v1`."""
        return await self.follow(f"{self.base.replace('/v2/', '/heliograph/v1/')}{path}", method, body)

    async def follow(self, url: str, method: str = "GET", body: Any = None, auth: Auth | None = None) -> httpx.Response:
        """Call a URL of the server."""
        if method == "GET" or self.next_key is None:
            return await self._send(url, method, body, auth)
        key, self.next_key = self.next_key, None
        answer = await self.repeat(KeyedWrite(key, method, url, body, auth, httpx.Response(500)))
        self.keyed.append(KeyedWrite(key, method, url, body, auth, answer))
        return answer

    async def repeat(self, write: KeyedWrite) -> httpx.Response:
        """Send a write with its key."""
        return await self._send(write.url, write.method, write.body, write.auth, idempotency_key=write.key)

    async def _send(self, url: str, method: str, body: Any, auth: Auth | None, **headers: str) -> httpx.Response:
        """Send a request, with headers whose names have underscores for hyphens."""
        target = url.removeprefix(f"http://{HOST}")
        assert target.startswith("/"), url
        content = b"" if body is None else encoded(body)
        scope = self._scope(method, target, content, basic(auth).encode() if auth else self._authorization)
        scope["headers"] += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        start, *rest = sent
        return httpx.Response(
            start["status"], headers=start["headers"], content=b"".join(one.get("body", b"") for one in rest)
        )

    def _scope(self, method: str, target: str, content: bytes, authorization: bytes) -> Scope:
        path, _, query = target.partition("?")
        return {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "root_path": "",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [
                (b"host", HOST.encode()),
                (b"authorization", authorization),
                (b"content-type", b"application/json"),
                (b"content-length", str(len(content)).encode()),
            ],
            "server": (HOST, 80),
            "client": ("127.0.0.1", 123),
        }

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a successful response."""
        answer = await self.call(method, path, body)
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
        self.base = f"http://{HOST}/v2/apps/{self.app_id}"
        self._application = Application(Parts(self.store, self._settings))
        self._authorization = basic((sandbox.app_key.id, sandbox.app_key.secret)).encode()

    async def _close(self) -> None:
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

    async def _send(self, url: str, method: str, body: Any, auth: Auth | None, **headers: str) -> httpx.Response:
        """Send a request on a new connection."""
        async with Connections() as http:
            return await http.request(method, url, body, auth or self._api.auth, **headers)

    async def _open(self) -> None:
        self.store = await open_store(self._settings.database)
        self._api = new_app(self._account)
        self.app_id = self._api.app_id
        self.base = f"{self._api.url}/v2/apps/{self.app_id}"
