"""Conversations: personal conversations of one user, and groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from heliograph.wire.base import Body, Description, DisplayName, Id, Metadata, Response, Time, Uri
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.participants import ParticipantBody
from heliograph.wire.switchboards import SwitchboardIntegrationWebhook

ConversationType = Literal["personal", "sdkGroup"]
PERSONAL: ConversationType = "personal"
SDK_GROUP: ConversationType = "sdkGroup"

PARTICIPANTS_AT_CREATION = 10


class ConversationCreateBody(Body):
    """A conversation to create, with its first participants."""

    type: ConversationType
    participants: Annotated[list[ParticipantBody], Meta(max_length=PARTICIPANTS_AT_CREATION)] | None = None
    display_name: DisplayName | None = None
    description: Description | None = None
    icon_url: Uri | None = None
    metadata: Metadata | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        members = given.get("participants")
        participants = members if isinstance(members, list) else []
        if given.get("type") == PERSONAL and len(participants) != 1:
            yield "participants should have exactly 1 item in a conversation of type personal"
        if require_subscribe and given.get("type") == SDK_GROUP:
            for index, participant in enumerate(participants):
                if isinstance(participant, dict) and participant.get("subscribeSDKClient") is None:
                    yield f"participants[{index}] should have required property 'subscribeSDKClient'"


class ConversationUpdateBody(Body):
    """The fields of a conversation to change. Null clears a field."""

    display_name: DisplayName | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    icon_url: Uri | UnsetType | None = UNSET
    metadata: Metadata | UnsetType | None = UNSET


class ConversationTruncated(Response):
    """A conversation as webhook payloads show it."""

    id: Id
    type: ConversationType
    metadata: dict[str, Any] | None = None
    active_switchboard_integration: SwitchboardIntegrationWebhook | None = None
    pending_switchboard_integration: SwitchboardIntegrationWebhook | None = None


class Conversation(Response):
    """A conversation of the app."""

    id: Id
    type: ConversationType
    is_default: bool
    last_updated_at: Time
    created_at: Time
    metadata: dict[str, Any] | None = None
    active_switchboard_integration: SwitchboardIntegrationWebhook | None = None
    pending_switchboard_integration: SwitchboardIntegrationWebhook | None = None
    display_name: str | None = None
    description: str | None = None
    icon_url: str | None = None
    business_last_read: Time | None = None


class ConversationResponse(Response):
    """One conversation."""

    conversation: Conversation


class ConversationListResponse(Response):
    """A page of the conversations of a user, in the order of their ids."""

    conversations: list[Conversation]
    meta: PageMeta
    links: Links | None = None
