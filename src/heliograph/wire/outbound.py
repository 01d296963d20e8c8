"""The messages that third-party channels would have received. They are an extension of the API document."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from heliograph.wire.base import Id, Response, Time
from heliograph.wire.paging import Links, PageMeta

OutboundKind = Literal["message", "confirmation", "conversionEvents"]


class OutboundFilter(Struct, frozen=True):
    """Which entries to list: those for which every field that is set has this value."""

    conversation_id: str | None = None
    client_id: str | None = None


def parse_filter(parameters: dict[str, str]) -> OutboundFilter:
    """The filter that the `filter` parameters ask for, by their inner names."""
    return OutboundFilter(parameters.get("conversationId"), parameters.get("clientId"))


class Outbound(Response):
    """What the channel of a client would have been sent: a message, the confirmation message of a link request, or
    conversion events. `kind` determines the fields of `content`."""

    id: Id
    kind: OutboundKind
    conversation_id: Id
    client_id: Id
    content: dict[str, Any]
    created_at: Time


class OutboundListResponse(Response):
    """A page of what channels would have been sent, oldest first."""

    outbound: list[Outbound]
    meta: PageMeta
    links: Links | None = None
