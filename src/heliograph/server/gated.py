"""Lets the requests that may change something pass through the gate of a sandbox."""

from __future__ import annotations

from heliograph.sandbox.gate import Gate
from heliograph.sandbox.inboxes import ROOT
from heliograph.server.api import SAFE_METHODS
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.protocol import Serve

_INBOX = f"/{ROOT}/".encode()

_APPS = b"/apps/"


def through_gate(gate: Gate, serve: Serve) -> Serve:
    """Serve requests like `serve`. Those that may change the database wait while it is replaced."""

    async def serve_through_gate(exchange: Exchange) -> None:
        # Calls of inboxes change nothing in the database, and may take long.
        path = exchange.raw_path
        if exchange.method in SAFE_METHODS or (_INBOX in path and _APPS not in path):
            await serve(exchange)
            return
        async with gate.passed():
            await serve(exchange)

    return serve_through_gate
