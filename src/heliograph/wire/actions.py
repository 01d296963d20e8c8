"""Actions: the buttons of messages and items."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from heliograph.wire.base import Body, Metadata, Response

WebviewSize = Literal["compact", "tall", "full"]


class MessengerOptionsBody(Body):
    """Options of an action for Facebook Messenger only. The names are those of that channel."""

    messenger_extensions: bool | None = field(default=None, name="messenger_extensions")
    webview_share_button: Literal["hide"] | None = field(default=None, name="webview_share_button")


class ExtraChannelOptionsBody(Body):
    """Options that are passed to a channel unchanged."""

    messenger: MessengerOptionsBody | None = None


class BuyBody(Body, tag_field="type", tag="buy"):
    """Charges an amount, in cents."""

    text: str
    amount: int
    currency: str | None = None
    metadata: Metadata | None = None


class LinkBody(Body, tag_field="type", tag="link"):
    """Opens a URI."""

    uri: str
    text: str
    default: bool | None = None
    metadata: Metadata | None = None
    extra_channel_options: ExtraChannelOptionsBody | None = None


class LocationRequestBody(Body, tag_field="type", tag="locationRequest"):
    """Asks the user for a location."""

    text: str
    metadata: Metadata | None = None


class PostbackBody(Body, tag_field="type", tag="postback"):
    """Sends its payload to the business, without a message."""

    text: str
    payload: str
    metadata: Metadata | None = None


class ReplyBody(Body, tag_field="type", tag="reply"):
    """Sends its text as a message of the user."""

    text: str
    payload: str
    metadata: Metadata | None = None
    icon_url: str | None = None


class WebviewBody(Body, tag_field="type", tag="webview"):
    """Opens a URI inside the conversation, or the fallback on channels that cannot do so."""

    uri: str
    text: str
    fallback: str
    default: bool | None = None
    metadata: Metadata | None = None
    extra_channel_options: ExtraChannelOptionsBody | None = None
    size: WebviewSize | None = None
    open_on_receive: bool | None = None


ActionBody = BuyBody | LinkBody | LocationRequestBody | PostbackBody | ReplyBody | WebviewBody
ItemActionBody = BuyBody | LinkBody | PostbackBody | WebviewBody
"""The actions of items and of list messages."""


class MessengerOptions(Response):
    """Options of an action for Facebook Messenger only."""

    messenger_extensions: bool | None = field(default=None, name="messenger_extensions")
    webview_share_button: Literal["hide"] | None = field(default=None, name="webview_share_button")


class ExtraChannelOptions(Response):
    """Options that were passed to a channel unchanged."""

    messenger: MessengerOptions | None = None


class Buy(Response, tag_field="type", tag="buy"):
    """Charges an amount, in cents."""

    text: str
    amount: int
    currency: str | None = None
    metadata: dict[str, Any] | None = None


class Link(Response, tag_field="type", tag="link"):
    """Opens a URI."""

    uri: str
    text: str
    default: bool | None = None
    metadata: dict[str, Any] | None = None
    extra_channel_options: ExtraChannelOptions | None = None


class LocationRequest(Response, tag_field="type", tag="locationRequest"):
    """Asks the user for a location."""

    text: str
    metadata: dict[str, Any] | None = None


class Postback(Response, tag_field="type", tag="postback"):
    """Sends its payload to the business, without a message."""

    text: str
    payload: str
    metadata: dict[str, Any] | None = None


class Reply(Response, tag_field="type", tag="reply"):
    """Sends its text as a message of the user."""

    text: str
    payload: str
    metadata: dict[str, Any] | None = None
    icon_url: str | None = None


class Webview(Response, tag_field="type", tag="webview"):
    """Opens a URI inside the conversation, or the fallback on channels that cannot do so."""

    uri: str
    text: str
    fallback: str
    default: bool | None = None
    metadata: dict[str, Any] | None = None
    extra_channel_options: ExtraChannelOptions | None = None
    size: WebviewSize | None = None
    open_on_receive: bool | None = None


Action = Buy | Link | LocationRequest | Postback | Reply | Webview
ItemAction = Buy | Link | Postback | Webview
