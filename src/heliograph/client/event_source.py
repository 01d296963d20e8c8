"""Parses server-sent events: bytes of a response in, deliveries or entries without duplicates out.

The format is the subset of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that the
server uses: an id, a type, and data in one line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec

from heliograph.client._generated.models import EventRecord, RecordedRequest
from heliograph.client.delivery import Delivery
from heliograph.errors import DecodeError

T = TypeVar("T")

ActivityEntry = RecordedRequest | EventRecord
"""An entry of the activity stream."""

_MAX_REMEMBERED = 10_000
_RESET = b"reset"
"""The type of the event that reports a gap: a sandbox has restored a snapshot, or the position of an activity stream is
too old. The stream goes on after the gap."""


class StreamSource(ABC, Generic[T]):
    """Parses the successive responses of one stream.

    A resumed stream may send events again. Events among the last 10,000 that were received are skipped, unless they are
    marked as repeated.
    """

    what = ""
    """What the data of an event should be, for errors."""

    def __init__(self, operation: str, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        """The id to resume after. An event counts as handled when the next one is requested."""
        self.resets = 0
        """How often the server has reported that events were undone, or can no longer be sent."""
        self._operation = operation
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.begin()

    @abstractmethod
    def decode(self, kind: bytes, data: Any) -> tuple[T, list[str]] | None:
        """The record of an event with the ids in it; None if an event of this type has none.

        Raises:
            LookupError, TypeError, ValueError: the data has another form.
        """

    def is_repetition(self, record: T) -> bool:
        """Whether the server sends a record again on purpose."""
        return False

    def begin(self) -> None:
        """Discard incomplete data, before the first bytes of a new response."""
        self._buffer = b""
        self._id: str | None = None
        self._data = self._type = b""

    def read(self, chunk: bytes) -> Iterator[T]:
        """Feed bytes; yields the records that they complete.

        Raises:
            DecodeError: the data of an event has another form, or an id is not printable ASCII.
        """
        # Not `splitlines`, which also splits at U+2028.
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.removesuffix(b"\r").partition(b":")
            value = value.removeprefix(b" ")
            if name == b"id":
                self._id = self._text(value)
            elif name == b"data":
                self._data = value
            elif name == b"event":
                self._type = value
            elif not name and not value:
                yield from self._dispatch()

    def _text(self, id: bytes) -> str:
        text = id.decode("latin-1")
        if not (text.isascii() and text.isprintable()):  # the next request has it in a header
            raise DecodeError(f"invalid id in the stream: {text!r}", self._operation)
        return text

    def _dispatch(self) -> Iterator[T]:
        data, self._data = self._data, b""
        kind, self._type = self._type, b""
        if kind == _RESET:
            self.resets += 1
        elif data and (found := self._decoded(kind, data)) is not None:
            yield found
        self.last_event_id = self._id or self.last_event_id

    def _decoded(self, kind: bytes, data: bytes) -> T | None:
        """The record of an event. None if it has no record, or if all its ids were seen and it is not a repetition."""
        try:
            found = self.decode(kind, msgspec.json.decode(data))
        except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
            raise DecodeError(f"invalid {self.what} in the stream: {error}", self._operation) from error
        if found is None or (not self.is_repetition(found[0]) and all(id in self._seen for id in found[1])):
            return None
        self._seen.update(dict.fromkeys(found[1]))
        while len(self._seen) > _MAX_REMEMBERED:
            self._seen.popitem(last=False)
        return found[0]


class EventSource(StreamSource[Delivery]):
    """Parses the event stream, which consists of deliveries."""

    what = "delivery"

    def decode(self, kind: bytes, data: Any) -> tuple[Delivery, list[str]]:
        """The delivery of an event, with the ids of the events in it."""
        delivery = Delivery(data)
        return delivery, [event["id"] for event in delivery["events"]]

    def is_repetition(self, record: Delivery) -> bool:
        """Whether a delivery of the events was sent again."""
        return bool(record.repeated)


class ActivitySource(StreamSource[ActivityEntry]):
    """Parses the activity stream."""

    what = "entry"
    recording = False
    """Whether the server records requests."""
    dropped = 0
    """The number of requests that the server has not recorded while the stream was open."""

    def decode(self, kind: bytes, data: Any) -> tuple[ActivityEntry, list[str]] | None:
        """The request or the event of an entry. Events about the stream have none."""
        if kind == b"request":
            return RecordedRequest(data), [data["id"]]
        if kind == b"event":
            return EventRecord(data), [data["id"]]
        if kind == b"hello":
            self.recording = bool(data["recording"])
        elif kind == b"dropped":
            self.dropped += int(data["count"])
        return None
