"""Exchanges of any ASGI server."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.types import Message, Receive, Scope, Send

from heliograph.domain.tenants import Caller
from heliograph.server.http.exchange import Addresses, Exchange


class AsgiExchange(Exchange):
    """An exchange that an ASGI server passes on."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        addresses = Addresses(scope["scheme"], scope.get("server"), scope.get("client"))
        super().__init__(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"], addresses)
        self.root_path = scope["root_path"]
        self._scope = scope
        self._receive = receive
        self._send = send

    def mark_authenticated(self, caller: Caller) -> None:
        """Do nothing: the ASGI server manages its connections."""

    def scope(self) -> Scope:
        """The ASGI scope of the request."""
        if self.root_path == self._scope["root_path"]:
            return self._scope
        path = self.root_path + unquote(self.raw_path.decode("ascii"))
        return {**self._scope, "root_path": self.root_path, "raw_path": self.raw_path, "path": path}

    async def receive(self) -> Message:
        """The next ASGI message of the request."""
        return await self._receive()

    async def send(self, message: Message) -> None:
        """Send an ASGI message of the response. Adds the request id to its headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], (b"x-request-id", self.request_id.encode())]
            message = {**message, "headers": headers}
        await self._send(message)
