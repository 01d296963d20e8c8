"""Participants: who is in a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import field

from heliograph.wire.base import Answer, Body, Id, Time
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.paging import Links, PageMeta


def _exactly_one(**given: str | None) -> Iterator[str]:
    count = sum(value is not None for value in given.values())
    if count != 1:
        yield f"exactly one of {', '.join(given)} is required, {count or 'none'} given"


class ParticipantJoinBody(Body):
    """A user to add: by id or by external id, not both (the prose of the API document; its schema is looser)."""

    user_id: str | None = None
    user_external_id: str | None = None
    subscribe_sdk_client: bool | None = field(default=None, name="subscribeSDKClient")

    def violations(self, *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        yield from _exactly_one(userId=self.user_id, userExternalId=self.user_external_id)
        if require_subscribe and self.subscribe_sdk_client is None:
            yield "should have required property 'subscribeSDKClient'"


class ParticipantLeaveBody(Body):
    """A participant to remove, named in exactly one of three ways."""

    user_id: str | None = None
    user_external_id: str | None = None
    participant_id: str | None = None

    def violations(self) -> Iterator[str]:
        """What is wrong between the fields, a title each."""
        return _exactly_one(
            userId=self.user_id, userExternalId=self.user_external_id, participantId=self.participant_id
        )


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
