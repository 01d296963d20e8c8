"""Participants: the users of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from msgspec import field

from heliograph.wire.base import Body, Id, Response, Time
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.rules import exactly_one


class ParticipantBody(Body):
    """A user of a new conversation, named either by id or by external id."""

    # The API document states this rule in prose; its schema allows both.

    user_id: str | None = None
    user_external_id: str | None = None
    subscribe_sdk_client: bool | None = field(default=None, name="subscribeSDKClient")

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return exactly_one(given, "userId", "userExternalId")


class ParticipantJoinBody(ParticipantBody):
    """A user to add, named either by id or by external id."""

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        titles = super().violations(given, require_subscribe=require_subscribe)
        if require_subscribe and given.get("subscribeSDKClient") is None:
            return chain(titles, ("should have required property 'subscribeSDKClient'",))
        return titles


class ParticipantLeaveBody(Body):
    """A participant to remove, named by exactly one of the three ids."""

    user_id: str | None = None
    user_external_id: str | None = None
    participant_id: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return exactly_one(given, "userId", "userExternalId", "participantId")


class Participant(Response):
    """A user in a conversation."""

    id: Id
    user_id: Id
    unread_count: int
    client_associations: list[ClientAssociation]
    user_external_id: str | None = None
    last_read: Time | None = None


class ParticipantResponse(Response):
    """The participant, new or existing."""

    participant: Participant


class ParticipantListResponse(Response):
    """A page of participants, in the order of joining."""

    participants: list[Participant]
    meta: PageMeta
    links: Links | None = None
