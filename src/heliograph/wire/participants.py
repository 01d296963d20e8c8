"""Participants: who is in a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import field

from heliograph.wire.base import Answer, Body, Id, Time
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.paging import Links, PageMeta


def _exactly_one(given: dict[str, Any], *names: str) -> Iterator[str]:
    count = sum(given.get(name) is not None for name in names)
    if count != 1:
        yield f"exactly one of {', '.join(names)} is required, {count or 'none'} given"


class ParticipantJoinBody(Body):
    """A user to add: by id or by external id, not both."""

    # The prose of the API document says so; its schema is looser.

    user_id: str | None = None
    user_external_id: str | None = None
    subscribe_sdk_client: bool | None = field(default=None, name="subscribeSDKClient")

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        yield from _exactly_one(given, "userId", "userExternalId")
        if require_subscribe and given.get("subscribeSDKClient") is None:
            yield "should have required property 'subscribeSDKClient'"


class ParticipantLeaveBody(Body):
    """A participant to remove, named in exactly one of three ways."""

    user_id: str | None = None
    user_external_id: str | None = None
    participant_id: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        return _exactly_one(given, "userId", "userExternalId", "participantId")


class Participant(Answer):
    """A user in a conversation."""

    id: Id
    user_id: Id
    unread_count: int
    client_associations: list[ClientAssociation]
    user_external_id: str | None = None
    last_read: Time | None = None


class ParticipantResponse(Answer):
    """The participant that joined, or was there already."""

    participant: Participant


class ParticipantListResponse(Answer):
    """A page of participants, in the order in which they joined."""

    participants: list[Participant]
    meta: PageMeta
    links: Links | None = None
