"""The application of a server that records requests."""

from __future__ import annotations

import re
import time
from functools import lru_cache

from heliograph.domain.tenants import session_of
from heliograph.server.api import SAFE_METHODS
from heliograph.server.app import Application, Parts
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.responses import HttpResponse
from heliograph.server.recording.exchange import RecordedExchange
from heliograph.server.recording.recorder import Recorder
from heliograph.server.recording.rows import ERASING
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.sandbox import RESET_APP
from heliograph.wire.table.v2.apps import DELETE_APP

_OF_APP = re.compile(rb"(?:v2|heliograph/v1)/apps/([0-9a-f]{24})(?:/|\Z)")
_LONGEST = len(b"heliograph/v1/apps/") + 24 + 1
_REPLAY_OF = b"x-heliograph-replay-of"
_DELETING = (DELETE_APP, RESET_APP, *ERASING)
"""The operations that delete recorded requests."""


class RecordingApplication(Application):
    """Responds to every request, counts it, logs it, and records those about an app, if their exchange keeps the
    body."""

    def __init__(self, parts: Parts, recorder: Recorder) -> None:
        super().__init__(parts, unrecorded=lambda: recorder.dropped)
        self._recorder = recorder
        recorder.on_written = self.streams.wake_after_recording
        # Earlier requests must be in the database, because these operations delete them there.
        self._api.prepare(_DELETING, recorder.flush)

    def _record(
        self, exchange: Exchange, operation: AnyOperation | None, response: HttpResponse | None, started: float
    ) -> None:
        super()._record(exchange, operation, response, started)
        if response is None or not isinstance(exchange, RecordedExchange):
            return
        if operation is not None and not operation.recorded:
            return
        app_id = _app_of(exchange.raw_path.lstrip(b"/")[:_LONGEST])
        if app_id is None or (exchange.method in SAFE_METHODS and _reads_for_the_console(exchange)):
            return
        if operation is DELETE_APP and response.status == DELETE_APP.status:
            self._recorder.forget(app_id)
            return
        name = operation.name if operation is not None else None
        self._recorder.add(exchange, app_id, name, response, time.perf_counter() - started)


@lru_cache(maxsize=1024)
def _app_of(beginning: bytes) -> str | None:
    """The app that a path is about, which may not exist. A bounded beginning of it is enough."""
    found = _OF_APP.match(beginning)
    return found[1].decode() if found else None


def _reads_for_the_console(exchange: RecordedExchange) -> bool:
    """Whether the console reads what it shows. Recording such requests would displace those that it shows."""
    return session_of(exchange.caller) is not None and _REPLAY_OF not in exchange.headers
