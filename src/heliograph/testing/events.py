"""The events of an app, as a test sees them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from heliograph import ApiError, Client, TransportError
from heliograph.client.sync_events import EventStream

_OLDEST = "0"


class Event:
    """An event: `id`, `type`, `created_at` and `payload` as webhooks get them, and short forms of what is in it.

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
        """The id of the conversation that it is about."""
        found: str | None = self.payload.get("conversation", {}).get("id")
        return found

    @property
    def conversation(self) -> str | None:
        """The name of the conversation that it is about, or its id if the test gave it no name."""
        return self._name_of(self.conversation_id) if self.conversation_id else None

    @property
    def user(self) -> str | None:
        """The name of the user that it is about, or their id if they have no external id."""
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
        """Whether it has the type, or any for `*`, and its short forms have the wanted values."""
        return type in ("*", self.type) and all(getattr(self, name) == value for name, value in wanted.items())

    def __repr__(self) -> str:
        about = ", ".join(str(one) for one in (self.author or self.user, self.text) if one is not None)
        return f"{self.type} ({about})" if about else self.type


FIELDS = frozenset({"author", "conversation", "conversation_id", "id", "text", "user"})
"""The short forms that can be asked for."""


class EventLog:
    """Follows the events of an app in a thread, from the first one that is asked for."""

    def __init__(self, client: Client, app_id: str, name_of: Callable[[str], str]) -> None:
        self._client = client
        self._app_id = app_id
        self._name_of = name_of
        self._changed = threading.Condition()
        self._seen: list[Event] = []
        self._taken: set[str] = set()
        self._begun = 0
        self._stream: EventStream | None = None
        self._error: Exception | None = None
        self._closed = False

    def all(self) -> list[Event]:
        """The events since `begin`, or all of them."""
        self._follow()
        with self._changed:
            self._check()
            return self._seen[self._begun :]

    def begin(self) -> None:
        """Leave out the events so far from now on."""
        with self._changed:
            self._begun = len(self._seen)

    def take(self, type: str, wanted: Mapping[str, object], timeout: float) -> Event | None:
        """The first matching event that no other call took; None if none arrives within the timeout in seconds."""
        self._follow()
        with self._changed:
            self._changed.wait_for(lambda: self._error or self._first(type, wanted) is not None, timeout)
            if (event := self._first(type, wanted)) is not None:
                self._taken.add(event.id)
                return event
            self._check()
        return None

    def _first(self, type: str, wanted: Mapping[str, object]) -> Event | None:
        left = (event for event in self._seen[self._begun :] if event.id not in self._taken)
        return next((event for event in left if event.matches(type, wanted)), None)

    def wait_until(self, event_id: str | None, timeout: float) -> None:
        """Wait until an event was seen, and those before it; at most the timeout in seconds."""
        self._follow()
        with self._changed:
            self._changed.wait_for(
                lambda: event_id is None or self._error or any(one.id >= event_id for one in self._seen), timeout
            )
            self._check()

    def close(self) -> None:
        """Stop following."""
        self._closed = True
        self._client.close()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _follow(self) -> None:
        if self._stream is None:
            self._stream = self._client.events.stream(self._app_id, last_event_id=_OLDEST)
            threading.Thread(target=self._read, args=(self._stream,), daemon=True).start()

    def _read(self, stream: EventStream) -> None:
        try:
            for delivery in stream:
                with self._changed:
                    self._seen += [Event(event.to_dict(), self._name_of) for event in delivery.events]
                    self._changed.notify_all()
        except (ApiError, TransportError, RuntimeError) as error:
            with self._changed:
                if not self._closed:
                    self._error = error
                    self._changed.notify_all()
