"""The application of a server that records requests."""

from __future__ import annotations

import re
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import unquote_to_bytes

from heliograph.domain.tenants import session_of
from heliograph.server.api import SAFE_METHODS
from heliograph.server.app import Application
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.responses import Response
from heliograph.server.recording.exchange import RecordedExchange
from heliograph.server.recording.recorder import Recorder
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.extensions.contents import CONTENTS_TAG
from heliograph.wire.table.extensions.recorded_requests import RECORDER_TAG
from heliograph.wire.table.sandbox import SANDBOX_TAG
from heliograph.wire.table.v2.apps import DELETE_APP

_OF_APP = re.compile(rb"/+(?:v2|heliograph/v1)/apps/([0-9a-f]{24})(?:/|\Z)")
_DELETED = re.compile(
    rb"/(?:v2|heliograph/v1)/apps/[0-9a-f]{24}(?:/users/[^/]+(?:/personalinformation|/erase)?|/sandbox/reset)?/?\Z"
)
_RESET, _ERASE = b"/sandbox/reset", b"/erase"
_REPLAY_OF = b"x-heliograph-replay-of"
_UNRECORDED = (RECORDER_TAG, CONTENTS_TAG, SANDBOX_TAG)


class RecordingApplication(Application):
    """Responds to every request, counts it, logs it, and records those about an app, if their exchange keeps the body.

    `parts` and `more` are the arguments of `Application`.
    """

    def __init__(self, recorder: Recorder, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, unrecorded=lambda: recorder.dropped, **more)
        self._recorder = recorder
        recorder.on_written = self.streams.wake_after_recording

    def _handle(self, exchange: Exchange) -> Coroutine[Any, Any, None]:
        path = exchange.raw_path
        if b"%" in path:
            path = unquote_to_bytes(path)
        if (exchange.method == "DELETE" or _RESET in path or _ERASE in path) and _DELETED.search(path):
            return self._handle_deletion(exchange)
        return super()._handle(exchange)

    async def _handle_deletion(self, exchange: Exchange) -> None:
        # What was recorded before must be in the database, where it is deleted.
        await self._recorder.flush()
        await super()._handle(exchange)

    def _record(
        self, exchange: Exchange, operation: AnyOperation | None, response: Response | None, started: float
    ) -> None:
        super()._record(exchange, operation, response, started)
        if response is None or not isinstance(exchange, RecordedExchange):
            return
        if operation is not None and operation.tag in _UNRECORDED:
            return
        if exchange.method in SAFE_METHODS and _reads_for_the_console(exchange):
            return
        found = _OF_APP.match(exchange.raw_path)
        if found is None:
            return
        if operation is DELETE_APP and response.status == DELETE_APP.status:
            self._recorder.forget(found[1].decode())
            return
        seconds = time.perf_counter() - started
        self._recorder.add(exchange, found[1].decode(), operation.name if operation else None, response, seconds)


def _reads_for_the_console(exchange: RecordedExchange) -> bool:
    """Whether the console reads what it shows, which would displace what it is about."""
    return session_of(exchange.caller) is not None and _REPLAY_OF not in exchange.headers
