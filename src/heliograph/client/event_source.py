"""Parses event streams: bytes of a response in, deliveries without duplicates out.

The format is the subset of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that the
server uses: an id, a type, and data in one line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from heliograph.client.delivery import Delivery
from heliograph.errors import DecodeError

_MAX_REMEMBERED = 10_000
_RESET = b"reset"
"""The type with which a sandbox reports that a snapshot was restored."""


class EventSource:
    """Parses the successive responses of one stream.

    A resumed stream may have events twice: those among the last 10,000 events are skipped, unless they are marked as
    repeated.
    """

    def __init__(self, operation: str, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        """The id to resume after. An event counts as handled when the next one is requested."""
        self.resets = 0
        """How often a sandbox has undone events that may have been received."""
        self._operation = operation
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.begin()

    def begin(self) -> None:
        """Discard incomplete data, before the first bytes of a new response."""
        self._buffer = b""
        self._id: str | None = None
        self._data = self._type = b""

    def read(self, chunk: bytes) -> Iterator[Delivery]:
        """Feed bytes; yields the deliveries that they complete.

        Raises:
            DecodeError: the data of an event is not a delivery, or an id is not printable ASCII.
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

    def _dispatch(self) -> Iterator[Delivery]:
        data, self._data = self._data, b""
        kind, self._type = self._type, b""
        if kind == _RESET:
            self.resets += 1
        elif data and (delivery := self._delivery(data)) is not None:
            yield delivery
        self.last_event_id = self._id or self.last_event_id

    def _delivery(self, data: bytes) -> Delivery | None:
        """The delivery, or None if all of its events were seen before and it is no repetition."""
        try:
            delivery = Delivery(msgspec.json.decode(data))
            ids = [event["id"] for event in delivery["events"]]
        except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
            raise DecodeError(f"invalid delivery in the stream: {error}", self._operation) from error
        if not delivery.repeated and all(id in self._seen for id in ids):
            return None
        self._seen.update(dict.fromkeys(ids))
        while len(self._seen) > _MAX_REMEMBERED:
            self._seen.popitem(last=False)
        return delivery
