"""Calls that an inbox received, with the events in their bodies."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from heliograph.wire.event_types import is_about_user
from heliograph.wire.inboxes import CallFilter

BODY_LIMIT = 256 * 1024
"""The number of bytes of a body that are kept."""
_OVERHEAD = 1024
_HEADER_OVERHEAD = 160
_MAX_EVENTS = 100
_REMOVALS = ("user:remove", "conversation:remove")


class EventFact(Struct, frozen=True):
    """The id and the type of an event, and its lane: the id of the conversation or the user that it is about."""

    id: str
    type: str
    lane: str


class CallFacts(Struct, frozen=True):
    """The webhook that a call names, and its events. Empty if the body is not a webhook call."""

    webhook_id: str | None = None
    events: tuple[EventFact, ...] = ()


class Incoming(Struct):
    """A request to an inbox. `path` is below the inbox, percent-encoded. `truncated` is whether the body was cut."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    truncated: bool = False


class ReceivedCall(Struct):
    """A call that an inbox keeps. It has no `status` if its connection is closed without a response."""

    id: str
    received_at: int
    request: Incoming
    status: int | None
    delay_ms: int
    facts: CallFacts

    @property
    def size(self) -> int:
        """The approximate memory of the call in bytes."""
        request = self.request
        heads = sum(_HEADER_OVERHEAD + len(name) + len(value) for name, value in request.headers)
        return _OVERHEAD + len(request.path) + len(request.query) + heads + len(request.body)

    def mentions(self, texts: Sequence[str]) -> bool:
        """Whether the request contains one of the texts. Calls that only report a removal do not count."""
        if self.facts.events and all(one.type in _REMOVALS for one in self.facts.events):
            return False
        request = self.request
        parts = (request.body, request.path.encode(), request.query.encode())
        return any(text.encode() in part for text in texts for part in parts)

    def matches(self, filter: CallFilter) -> bool:
        """Whether the filter selects the call."""
        return (
            filter.path in (None, self.request.path)
            and filter.status in (None, self.status or 0)
            and (filter.event_type is None or any(one.type == filter.event_type for one in self.facts.events))
        )


class _Named(Struct):
    id: str


class _Merged(Struct):
    surviving: _Named


class _Payload(Struct, rename="camel"):
    conversation: _Named | None = None
    user: _Named | None = None
    merged_users: _Merged | None = None


_decode_payload = msgspec.json.Decoder(_Payload).decode


class _Event(Struct):
    id: str
    type: str
    payload: _Payload


class _Call(Struct):
    webhook: _Named
    events: list[_Event]


_DECODER = msgspec.json.Decoder(_Call)


def facts_of(body: bytes) -> CallFacts:
    """The webhook and the events in a body."""
    try:
        call = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return CallFacts()
    events = tuple(EventFact(one.id, one.type, _lane(one.type, one.payload)[1]) for one in call.events[:_MAX_EVENTS])
    return CallFacts(call.webhook.id, events)


def lane_in(type: str, payload: bytes | Raw) -> tuple[bool, str]:
    """Whether an event with this payload is about a user, and the id of that user or of the conversation."""
    return _lane(type, _decode_payload(payload))


def _lane(type: str, payload: _Payload) -> tuple[bool, str]:
    user = payload.merged_users.surviving if payload.merged_users else payload.user
    about_user = is_about_user(type)
    subject = user if about_user else payload.conversation
    return about_user, subject.id if subject else ""
