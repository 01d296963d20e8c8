"""Reading an event stream: from the bytes of a response to deliveries, each of which is seen once.

The format is that of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as far as the
server uses it: an id, and the data in one line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from heliograph.client.delivery import Delivery
from heliograph.errors import DecodeError

_MOST_REMEMBERED = 10_000


class EventSource:
    """Reads the responses to the requests of one stream, one after the other.

    A stream that is resumed may repeat events: those of the last 10,000 that were seen are skipped.
    """

    def __init__(self, operation: str, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        """The id to resume after. An event counts once the next one is asked for."""
        self._operation = operation
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.begin()

    def begin(self) -> None:
        """Forget what is incomplete, before the first bytes of another response."""
        self._buffer = b""
        self._id: str | None = None
        self._data = b""

    def read(self, chunk: bytes) -> Iterator[Delivery]:
        """The deliveries that are complete with these bytes.

        Raises:
            DecodeError: the data of an event is not what a webhook would be called with.
        """
        # Not `splitlines`: an event may hold U+2028, which would end a line for it.
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.removesuffix(b"\r").partition(b":")
            value = value.removeprefix(b" ")
            if name == b"id":
                self._id = value.decode()
            elif name == b"data":
                self._data = value
            elif not name and not value:
                yield from self._dispatch()

    def _dispatch(self) -> Iterator[Delivery]:
        data, self._data = self._data, b""
        if data and (delivery := self._delivery(data)) is not None:
            yield delivery
        self.last_event_id = self._id or self.last_event_id

    def _delivery(self, data: bytes) -> Delivery | None:
        """The delivery, unless its events were seen before."""
        try:
            delivery = Delivery(msgspec.json.decode(data))
            ids = [event["id"] for event in delivery["events"]]
        except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
            raise DecodeError(f"the stream sent data that is not a delivery: {error}", self._operation) from error
        if all(id in self._seen for id in ids):
            return None
        self._seen.update(dict.fromkeys(ids))
        while len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return delivery
