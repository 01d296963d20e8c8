"""The application in this process, for failures that cannot be caused from outside."""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from heliograph.domain import sandbox
from heliograph.domain.sandbox import SandboxApp
from heliograph.server.app import Application, Parts
from heliograph.server.observability.logs import LineBuffer, RequestLog
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from tests.robustness.answers import Answer

Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass
class Inside:
    """The application, the keys of its sandbox, and its request log."""

    application: Application
    sandbox: SandboxApp
    lines: LineBuffer
    stream: io.StringIO

    @property
    def logged(self) -> list[str]:
        """The lines of the request log so far, as JSON."""
        self.lines.flush()
        return self.stream.getvalue().splitlines()

    async def send(self, method: str, path: str, body: bytes | Receive = b"", request_id: str = "") -> Answer:
        """Call the application like the server, with the app key of the sandbox. `path` is relative or absolute."""
        key = self.sandbox.app_key
        path, _, query = path.partition("?")
        whole_path = path.startswith(("/v2", "/heliograph"))
        target = path if whole_path else f"/v2/apps/{self.sandbox.app.id}{path}"
        credential = base64.b64encode(f"{key.id}:{key.secret}".encode())
        headers = [(b"authorization", b"Basic " + credential), (b"content-type", b"application/json")]
        if request_id:
            headers.append((b"x-request-id", request_id.encode()))
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target,
            "raw_path": target.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "server": ("localhost", 80),
            "client": ("localhost", 1),
        }
        answer = Answer(0, {}, b"")

        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await self.application(scope, whole if isinstance(body, bytes) else body, collect)
        return answer


@contextlib.asynccontextmanager
async def inside(url: str) -> AsyncIterator[Inside]:
    """An application on a database."""
    store = await open_store(url, serve=True)
    try:
        lines = LineBuffer(stream := io.StringIO())
        log = RequestLog(lines, "json", colours=False)
        parts = Parts(store, Settings(), request_log=log)
        yield Inside(Application(parts), await sandbox.ensure(store), lines, stream)
    finally:
        await store.close()
