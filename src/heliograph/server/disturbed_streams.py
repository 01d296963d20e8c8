"""Event streams that obey the chaos rules of their app."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator
from typing import cast

import msgspec
from msgspec import Struct

from heliograph.sandbox.chaos import HEADER, Chaos
from heliograph.server.http.exchange import Exchange
from heliograph.wire.chaos import StreamMatch
from heliograph.wire.event_types import Trigger

_END = b"\n\n"
_EVENT = b"\nevent: "
_DATA = b"data: "
_RECORD = b"event"
"""The type of the events of an app in the activity stream."""
_OTHERS = (b"request", b"hello", b"reset")
"""The other types of the activity stream that have a cursor."""


class _Record(Struct):
    """The part of an event of the activity stream that rules match."""

    type: str


async def disturbed_parts(
    parts: AsyncGenerator[bytes, None], chaos: Chaos, app_id: str, exchange: Exchange
) -> AsyncGenerator[bytes, None]:
    """The parts of a stream, until a rule closes its connection. A comment names the rules before a disturbed event."""
    left: int | None = None  # the number of events until the connection is closed
    async with contextlib.aclosing(parts):
        async for part in parts:
            for frame in _frames(part):
                rules = chaos.of(app_id)
                trigger = _trigger(frame)
                if trigger is None or rules is None:
                    yield frame
                    continue
                found = rules.of_event(StreamMatch(trigger=trigger))
                await chaos.pause(found.delay_ms / 1000)
                if found.effect is not None and found.effect.reset:
                    exchange.reset()
                    return
                if left is None and found.effect is not None:
                    left = found.effect.drop
                if left != 0:
                    yield (f": {HEADER}: {found.label}\n".encode() if found.rules else b"") + frame
                    left = None if left is None else left - 1
                if left == 0:
                    exchange.abort()
                    return


def _frames(part: bytes) -> Iterator[bytes]:
    """The events, cursors and comments of a part, or the part itself if it is empty."""
    if not part:
        yield part
    for frame in part.split(_END)[:-1]:
        yield frame + _END


def _trigger(frame: bytes) -> Trigger | None:
    """The type of an event; None if it is something else, such as a request of the activity stream."""
    _, found, rest = frame.partition(_EVENT)
    kind, _, data = rest.partition(b"\n")
    if not found or kind in _OTHERS:
        return None
    if kind == _RECORD:
        return cast(Trigger, msgspec.json.decode(data.removeprefix(_DATA), type=_Record).type)
    return cast(Trigger, kind.decode())
