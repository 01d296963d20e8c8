"""The endpoint of the webhooks that a run creates."""

from __future__ import annotations

import http.server
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from heliograph.conformance.outcomes import Failure
from heliograph.wire.events import PAYLOADS, WebhookCall

EVENT_SECONDS = 10.0
"""The maximum time to wait for an event."""


class CapturedRequest(NamedTuple):
    """One request of the server to a webhook."""

    headers: dict[str, str]
    """By their names in lower case."""
    content: bytes


class Endpoint:
    """The calls of one webhook. It responds with the statuses in `responses`, and then with 200."""

    def __init__(self, url: str, observed: list[Any]) -> None:
        self.url = url
        self._observed = observed
        self.calls: list[CapturedRequest] = []
        self.responses: list[int] = []
        self._events: list[tuple[Any, str]] = []
        """Each event with its JSON as text."""
        self._changed = threading.Condition()

    def receive(self, call: CapturedRequest) -> int:
        """Store a call; returns the status of the response."""
        with self._changed:
            self.calls.append(call)
            self._events += [(event, msgspec.json.encode(event).decode()) for event in _events_of(call)]
            self._changed.notify_all()
            return self.responses.pop(0) if self.responses else http.HTTPStatus.OK

    def events(self, *about: str) -> list[Any]:
        """The events whose payloads contain all these ids, in the order of arrival."""
        with self._changed:
            return [event for event, text in self._events if all(one in text for one in about)]

    def types(self, *about: str) -> list[str]:
        """The types of these events."""
        return [event["type"] for event in self.events(*about)]

    def wait(self, kind: str, *about: str) -> Any:
        """Wait for the first event of a type that contains all these ids, and check its form; returns its payload.

        Raises:
            Failure: the event did not arrive in time, or does not have the documented form.
        """

        def found() -> Iterator[Any]:
            return (event for event in self.events(*about) if event["type"] == kind)

        if not self.until(lambda: any(True for _ in found())):
            raise Failure(f"the event {kind} within {EVENT_SECONDS:.0f} s", f"the events {self.types(*about)}")
        event = next(found())
        self._observed.append(event)
        _check_form(event)
        return event["payload"]

    def until(self, condition: Callable[[], bool], seconds: float = EVENT_SECONDS) -> bool:
        """Wait until the condition is true; returns whether it is."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)


def _events_of(call: CapturedRequest) -> list[Any]:
    try:
        return list(msgspec.json.decode(call.content)["events"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return []


def _check_form(event: Any) -> None:
    call = {"app": {"id": "0" * 24}, "webhook": {"id": "0" * 24, "version": "v2"}, "events": [event]}
    try:
        msgspec.convert(call, WebhookCall)
        msgspec.convert(event["payload"], PAYLOADS[event["type"]])
    except msgspec.ValidationError as error:
        raise Failure(f"the documented form of the event {event['type']}", str(error)) from None


class Receiver:
    """Listens for webhook calls. `public` is the URL by which the server reaches it."""

    def __init__(self, host: str, port: int, public: str | None) -> None:
        self.observed: list[Any] = []
        """The events for which the current check has waited."""
        self._inboxes: dict[str, Endpoint] = {}
        self._server = _Server((host, port), self._receive)
        self.public = (public or f"http://{host}:{self._server.server_port}").rstrip("/")
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def inbox(self) -> Endpoint:
        """A new inbox, whose URL contains a random token."""
        path = f"/{secrets.token_hex(16)}"
        return self._inboxes.setdefault(path, Endpoint(self.public + path, self.observed))

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _receive(self, path: str, call: CapturedRequest) -> int:
        name = "/" + path.rpartition("/")[2]  # a proxy may have put a path before it
        inbox = self._inboxes.get(name)
        return inbox.receive(call) if inbox else http.HTTPStatus.NOT_FOUND


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], receive: Callable[[str, CapturedRequest], int]) -> None:
        super().__init__(address, _Handler)
        self.receive = receive


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "0")
        content = self.rfile.read(int(length) if length.isdigit() else 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(self.server.receive(self.path, CapturedRequest(headers, content)))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass
