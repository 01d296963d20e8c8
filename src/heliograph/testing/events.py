"""The events of an app, as a test sees them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from heliograph import Client, Timeout
from heliograph.client.event_source import EventSource
from heliograph.client.requesting import build
from heliograph.wire.table.extensions.deliveries import STREAM_EVENTS

_OLDEST = "0"
_EXACT_SECONDS = 0.2


class Event:
    """An event: `id`, `type`, `created_at` and `payload` as webhooks get them, and its main fields as attributes.

    The names of users are those that the test gave them: their external ids.
    """

    def __init__(self, event: Mapping[str, Any], name_of: Callable[[str], str]) -> None:
        self.id: str = event["id"]
        self.type: str = event["type"]
        self.created_at: str = event["createdAt"]
        self.payload: Mapping[str, Any] = event["payload"]
        self._name_of = name_of

    @property
    def conversation_id(self) -> str | None:
        """The id of the conversation of the event."""
        found: str | None = self.payload.get("conversation", {}).get("id")
        return found

    @property
    def conversation(self) -> str | None:
        """The name of the conversation of the event, or its id if the test gave it no name."""
        return self._name_of(self.conversation_id) if self.conversation_id else None

    @property
    def user(self) -> str | None:
        """The name of the user of the event, or their id if they have no external id."""
        user = self.payload.get("user", {})
        found: str | None = user.get("externalId") or user.get("id")
        return found

    @property
    def text(self) -> str | None:
        """The text of its message."""
        found: str | None = self.payload.get("message", {}).get("content", {}).get("text")
        return found

    @property
    def author(self) -> str | None:
        """The author of its message or activity: `business`, or the name of a user."""
        author = (self.payload.get("message") or self.payload.get("activity") or {}).get("author")
        if author is None:
            return None
        return self._name_of(author["userId"]) if "userId" in author else author["type"]

    def matches(self, type: str, wanted: Mapping[str, object]) -> bool:
        """Whether the event has the type (`*` for any), and its attributes have the wanted values."""
        return type in ("*", self.type) and all(getattr(self, name) == value for name, value in wanted.items())

    def __repr__(self) -> str:
        about = ", ".join(str(one) for one in (self.author or self.user, self.text) if one is not None)
        return f"{self.type} ({about})" if about else self.type


FIELDS = frozenset({"author", "conversation", "conversation_id", "id", "text", "user"})
"""The attributes by which events can be selected."""


class EventLog:
    """The events of an app. The event stream is read only during calls, so no connection stays open."""

    def __init__(self, client: Client, app_id: str, name_of: Callable[[str], str]) -> None:
        self._client = client
        self._request = build(STREAM_EVENTS, (app_id,))
        self._source = EventSource(STREAM_EVENTS.name, _OLDEST)
        self._name_of = name_of
        self._lock = threading.Lock()
        self._seen: list[Event] = []
        self._taken: set[str] = set()
        self._begun = 0

    def all(self) -> list[Event]:
        """The events that were read since `begin`; without a call of `begin`, all events."""
        return self._seen[self._begun :]

    def begin(self) -> None:
        """From now on, leave out the events that were read so far."""
        self._begun = len(self._seen)

    def take(self, type: str, wanted: Mapping[str, object], timeout: float) -> Event | None:
        """The first matching event that no other call took; None if it does not arrive within the timeout in seconds.

        Raises:
            ApiError, TransportError: the stream cannot be read.
        """
        with self._lock:
            self._read(lambda: self._first(type, wanted) is not None, timeout)
            if (event := self._first(type, wanted)) is not None:
                self._taken.add(event.id)
            return event

    def read_to(self, event_id: str, timeout: float) -> None:
        """Read up to an event, for at most the timeout in seconds.

        Raises:
            ApiError, TransportError: the stream cannot be read.
        """
        with self._lock:
            self._read(lambda: bool(self._seen) and self._seen[-1].id >= event_id, timeout)

    def _first(self, type: str, wanted: Mapping[str, object]) -> Event | None:
        left = (event for event in self.all() if event.id not in self._taken)
        return next((event for event in left if event.matches(type, wanted)), None)

    def _read(self, is_done: Callable[[], bool], seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        while not is_done() and (left := deadline - time.perf_counter()) > 0:
            try:
                self._read_once(is_done, left)
            except Timeout:
                return

    def _read_once(self, is_done: Callable[[], bool], timeout: float) -> None:
        """Read until `is_done`, or for a short time: the timeout limits each read, so the next stream gets the rest.

        Raises:
            Timeout: nothing arrived.
        """
        self._source.begin()
        opened = time.perf_counter()
        headers = {"accept": "text/event-stream", "last-event-id": self._source.last_event_id or _OLDEST}
        options = self._client._options
        options = replace(options, timeout=timeout, headers={**options.headers, **headers})
        with self._client.open(self._request, options) as chunks:
            for chunk in chunks:
                for delivery in self._source.read(chunk):
                    self._seen += [Event(event.to_dict(), self._name_of) for event in delivery.events]
                if is_done() or time.perf_counter() - opened > _EXACT_SECONDS:
                    return
