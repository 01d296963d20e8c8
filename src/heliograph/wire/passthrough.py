"""Data that is passed to third-party channels, which define its format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heliograph.wire.base import Body, Response
from heliograph.wire.rules import exactly_one


class InteractiveDataRefBody(Body):
    """The location and the keys of message data that Apple stores."""

    url: str
    bid: str
    key: str
    signature: str
    owner: str


class AppleMessageRefBody(Body):
    """A reference to a message, as Apple sent it."""

    interactive_data_ref: InteractiveDataRefBody


class DownloadMessageRefBody(Body):
    """A reference to a message of a user that is to be downloaded from the channel."""

    user_id: str
    apple: AppleMessageRefBody


class ConversionPayloadBody(Body):
    """Events, in the format of the channel."""

    data: list[dict[str, Any]]


class MetaConversionEventBody(Body):
    """Conversion events for a Meta channel."""

    payload: ConversionPayloadBody


class ConversionEventsBody(Body):
    """Conversion events for one channel."""

    messenger: MetaConversionEventBody | None = None
    instagram: MetaConversionEventBody | None = None
    whatsapp: MetaConversionEventBody | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return exactly_one(given, "messenger", "instagram", "whatsapp")


class ConversionEvents(Response):
    """The conversion events that the channel received."""

    dataset_id: str
    events_received: int


class ConversionEventsResponse(Response):
    """The conversion events that the channel received."""

    conversion_events: ConversionEvents
