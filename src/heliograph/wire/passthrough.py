"""What is passed on to third-party channels, which alone understand it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heliograph.wire.base import Body, Response
from heliograph.wire.rules import exactly_one


class InteractiveDataRefBody(Body):
    """Where Apple keeps the data of a message, and the keys to it."""

    url: str
    bid: str
    key: str
    signature: str
    owner: str


class AppleMessageRefBody(Body):
    """A reference to a message, as Apple gave it."""

    interactive_data_ref: InteractiveDataRefBody


class DownloadMessageRefBody(Body):
    """A reference to a message of a user, to be fetched from the channel."""

    user_id: str
    apple: AppleMessageRefBody | None = None


class ConversionPayloadBody(Body):
    """Events, in the channel's own form."""

    data: list[dict[str, Any]]


class MetaConversionEventBody(Body):
    """Events for a channel of Meta."""

    payload: ConversionPayloadBody


class ConversionEventsBody(Body):
    """What a conversation led to, for one channel."""

    messenger: MetaConversionEventBody | None = None
    instagram: MetaConversionEventBody | None = None
    whatsapp: MetaConversionEventBody | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        return exactly_one(given, "messenger", "instagram", "whatsapp")


class ConversionEvents(Response):
    """What the channel took."""

    dataset_id: str
    events_received: int


class ConversionEventsResponse(Response):
    """What the channel took."""

    conversion_events: ConversionEvents
