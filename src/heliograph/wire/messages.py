"""Messages: what is said in a conversation."""

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
"""The type of integration to which a message goes that is delivered nowhere."""


class DestinationBody(Body):
    """The one integration to deliver to, or one type of them; `none` for a silent message."""

    integration_id: str | None = None
    integration_type: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        return exactly_one(given, "integrationId", "integrationType")


class OverridePayloadBody(Body):
    """What to send to a channel instead, in the channel's own form."""

    payload: dict[str, Any] | None = None


class AppleOverridePayloadBody(OverridePayloadBody):
    """What to send to Apple instead, and what a device must be able to do to get it."""

    with_capabilities: list[Literal["LIST", "TIME", "FORM", "QUICK", "AUTH2"]] | None = None


class OverrideBody(Body):
    """What to send instead, by channel."""

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
        """What is wrong between the fields, a title each."""
        content = given.get("content")
        template = isinstance(content, dict) and content.get("type") == "template"
        if template and given.get("schema") != WHATSAPP:
            yield f"schema should be {WHATSAPP} for content of type template"


class ActivityMessage(Response):
    """What happened in the system, where that is why there is a message."""

    type: Literal["ticket:closed", "ticket:transfer:email", "conversation:endedByUser"]
    data: dict[str, Any] | None = None


class Reference(Response):
    """A source of what a bot answered."""

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
    """A quoted message that is one of ours."""

    message: Message


class QuotedMessageExternalMessageId(Response, tag_field="type", tag="externalMessageId"):
    """A quoted message that only the channel knows."""

    external_message_id: str


QuotedMessage = QuotedMessageMessage | QuotedMessageExternalMessageId


class MessagePostResponse(Response):
    """What was sent: one message, or several where a channel needs it so."""

    messages: list[Message]


class MessageListResponse(Response):
    """A page of messages, oldest first; without a cursor it is the last page."""

    messages: list[Message]
    meta: PageMeta
    links: Links | None = None
