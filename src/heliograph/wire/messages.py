"""The messages of conversations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from heliograph.wire.authors import Author, AuthorBody, Source
from heliograph.wire.base import Body, Id, Metadata, Response, Time
from heliograph.wire.contents import Content, ContentBody
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.rules import exactly_one

MESSAGES_PER_PAGE = 100
MESSAGES_PER_CONVERSATION = 30_000
WHATSAPP = "whatsapp"
SILENT = "none"
"""The integration type of a silent message, which is not delivered to any channel."""


class DestinationBody(Body):
    """The only integration, or type of integration, to deliver to; `none` for a silent message."""

    integration_id: str | None = None
    integration_type: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return exactly_one(given, "integrationId", "integrationType")


class OverridePayloadBody(Body):
    """A replacement for the message on a channel, in the format of that channel."""

    payload: dict[str, Any] | None = None


class AppleOverridePayloadBody(OverridePayloadBody):
    """A replacement for the message on Apple, for devices with these capabilities."""

    with_capabilities: list[Literal["LIST", "TIME", "FORM", "QUICK", "AUTH2"]] | None = None


class OverrideBody(Body):
    """Replacements for the message, by channel."""

    apple: AppleOverridePayloadBody | None = None
    line: OverridePayloadBody | None = None
    messenger: OverridePayloadBody | None = None
    whatsapp: OverridePayloadBody | None = None


class MessagePost(Body):
    """A message to send."""

    author: AuthorBody
    content: ContentBody
    destination: DestinationBody | None = None
    metadata: Metadata | None = None
    override: OverrideBody | None = None
    schema: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        content = given.get("content")
        template = isinstance(content, dict) and content.get("type") == "template"
        if template and given.get("schema") != WHATSAPP:
            yield f"schema should be {WHATSAPP} for content of type template"


class ActivityMessage(Response):
    """The system event that caused a message."""

    type: Literal["ticket:closed", "ticket:transfer:email", "conversation:endedByUser"]
    data: dict[str, Any] | None = None


class Reference(Response):
    """A source that a bot used for its message."""

    uri: str
    title: str | None = None
    description: str | None = None


class Message(Response):
    """A message of a conversation."""

    id: Id
    received: Time
    author: Author
    content: Content
    source: Source
    activity: ActivityMessage | None = None
    quoted_message: QuotedMessage | None = None
    metadata: dict[str, Any] | None = None
    deleted: bool | None = None
    references: list[Reference] | None = None


class QuotedMessageMessage(Response, tag_field="type", tag="message"):
    """A quoted message of this server."""

    message: Message


class QuotedMessageExternalMessageId(Response, tag_field="type", tag="externalMessageId"):
    """A quoted message of the channel that is not on this server."""

    external_message_id: str


QuotedMessage = QuotedMessageMessage | QuotedMessageExternalMessageId


class MessagePostResponse(Response):
    """The posted message, or several messages if a channel required a split."""

    messages: list[Message]


class MessageListResponse(Response):
    """A page of messages, oldest first. Without a cursor, it is the last page."""

    messages: list[Message]
    meta: PageMeta
    links: Links | None = None
