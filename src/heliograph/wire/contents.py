"""The contents of messages, a class for each value of `type`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire.actions import Action, ActionBody, ItemAction, ItemActionBody
from heliograph.wire.base import Body, Caption, MediaUrl, Response, Text
from heliograph.wire.forms import FormFieldBodies, FormMessageField, FormResponseFieldBodies, FormResponseMessageField
from heliograph.wire.items import Item, ItemBodies
from heliograph.wire.rules import at_least_one, at_most_one, distinct

AspectRatio = Literal["horizontal", "square"]
RICH_TEXTS = ("htmlText", "markdownText")


class TextMessageBody(Body, tag_field="type", tag="text"):
    """Plain or rich text, optionally with buttons."""

    text: Text | None = None
    html_text: Text | None = None
    markdown_text: Text | None = None
    block_chat_input: bool | None = None
    actions: list[ActionBody] | None = None
    payload: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        yield from at_least_one(given, "text", *RICH_TEXTS, "actions")
        yield from at_most_one(given, *RICH_TEXTS)


class DisplaySettingsBody(Body):
    """How to show a carousel."""

    image_aspect_ratio: AspectRatio | None = None


class CarouselMessageBody(Body, tag_field="type", tag="carousel"):
    """Items side by side."""

    items: ItemBodies
    block_chat_input: bool | None = None
    display_settings: DisplaySettingsBody | None = None


class MediaMessageBody(Body, tag_field="type"):
    """The common fields of messages with a file."""

    media_url: MediaUrl
    alt_text: Caption | None = None
    text: str | None = None
    html_text: Text | None = None
    markdown_text: Text | None = None
    block_chat_input: bool | None = None
    attachment_id: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return at_most_one(given, *RICH_TEXTS)


class FileMessageBody(MediaMessageBody, tag="file"):
    """A file to download."""


class ImageMessageBody(MediaMessageBody, tag="image"):
    """A picture, optionally with buttons."""

    actions: list[ActionBody] | None = None


class FormMessageBody(Body, tag_field="type", tag="form"):
    """Fields for the user to fill in."""

    fields: FormFieldBodies
    block_chat_input: bool | None = None
    text: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return distinct(given, "fields", "name")


class FormResponseMessageBody(Body, tag_field="type", tag="formResponse"):
    """The fields as the user filled them in."""

    fields: FormResponseFieldBodies

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return distinct(given, "fields", "name")


class ListMessageBody(Body, tag_field="type", tag="list"):
    """Items one below the other."""

    items: ItemBodies
    block_chat_input: bool | None = None
    actions: Annotated[list[ItemActionBody], Meta(min_length=1, max_length=10)] | None = None


class CoordinatesBody(Body):
    """Degrees of latitude and longitude."""

    lat: float
    long: float


class PlaceBody(Body):
    """The address and the name of a place."""

    address: str | None = None
    name: str | None = None


class LocationMessageBody(Body, tag_field="type", tag="location"):
    """A location on a map."""

    coordinates: CoordinatesBody
    block_chat_input: bool | None = None
    location: PlaceBody | None = None


class TemplateMessageBody(Body, tag_field="type", tag="template"):
    """A WhatsApp template, in the format of that channel."""

    template: dict[str, Any]
    block_chat_input: bool | None = None


ContentBody = (
    TextMessageBody
    | CarouselMessageBody
    | FileMessageBody
    | FormMessageBody
    | FormResponseMessageBody
    | ImageMessageBody
    | ListMessageBody
    | LocationMessageBody
    | TemplateMessageBody
)


class TextMessage(Response, tag_field="type", tag="text"):
    """Plain or rich text, optionally with buttons."""

    text: str | None = None
    html_text: str | None = None
    block_chat_input: bool | None = None
    actions: list[Action] | None = None
    payload: str | None = None


class DisplaySettings(Response):
    """How to show a carousel."""

    image_aspect_ratio: AspectRatio | None = None


class CarouselMessage(Response, tag_field="type", tag="carousel"):
    """Items side by side. The text is for channels without carousels."""

    items: list[Item]
    text: str | None = None
    block_chat_input: bool | None = None
    display_settings: DisplaySettings | None = None


class MediaMessage(Response, tag_field="type"):
    """The common fields of messages with a file."""

    media_url: str
    media_type: str | None = None
    media_size: int | None = None
    alt_text: str | None = None
    text: str | None = None
    html_text: str | None = None
    block_chat_input: bool | None = None
    attachment_id: str | None = None


class FileMessage(MediaMessage, tag="file"):
    """A file to download."""


class ImageMessage(MediaMessage, tag="image"):
    """A picture, optionally with buttons."""

    actions: list[Action] | None = None


class FormMessage(Response, tag_field="type", tag="form"):
    """Fields for the user to fill in."""

    fields: list[FormMessageField]
    submitted: bool | None = None
    block_chat_input: bool | None = None
    text: str | None = None


class FormResponseMessage(Response, tag_field="type", tag="formResponse"):
    """The fields as the user filled them in. The text is for channels without forms."""

    fields: list[FormResponseMessageField]
    text_fallback: str | None = None


class ListMessage(Response, tag_field="type", tag="list"):
    """Items one below the other. The text is for channels without lists."""

    items: list[Item]
    text: str | None = None
    block_chat_input: bool | None = None
    actions: list[ItemAction] | None = None


class Coordinates(Response):
    """Degrees of latitude and longitude."""

    lat: float
    long: float


class Place(Response):
    """The address and the name of a place."""

    address: str | None = None
    name: str | None = None


class LocationMessage(Response, tag_field="type", tag="location"):
    """A location on a map. The text is for channels without maps."""

    coordinates: Coordinates
    text: str | None = None
    block_chat_input: bool | None = None
    location: Place | None = None


class TemplateMessage(Response, tag_field="type", tag="template"):
    """A WhatsApp template, in the format of that channel."""

    template: dict[str, Any]
    block_chat_input: bool | None = None


Content = (
    TextMessage
    | CarouselMessage
    | FileMessage
    | FormMessage
    | FormResponseMessage
    | ImageMessage
    | ListMessage
    | LocationMessage
    | TemplateMessage
)
