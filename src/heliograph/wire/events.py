"""Events: the payloads of the API document's webhooks for what can happen here."""

from __future__ import annotations

from typing import Literal

from heliograph.wire.base import Answer
from heliograph.wire.clients import Client
from heliograph.wire.conversations import ConversationTruncated
from heliograph.wire.users import UserTruncated

EventType = Literal[
    "client:add",
    "client:remove",
    "conversation:create",
    "conversation:join",
    "conversation:leave",
    "conversation:remove",
    "user:remove",
    "user:update",
]


class Source(Answer):
    """Where a change came from: `api` for all that comes through this API."""

    type: str


class ConversationCreatePayload(Answer):
    """`conversation:create`; `user` for personal conversations only."""

    conversation: ConversationTruncated
    creation_reason: Literal["none"]
    source: Source
    user: UserTruncated | None = None


class MembershipPayload(Answer):
    """`conversation:join` and `conversation:leave`."""

    conversation: ConversationTruncated
    user: UserTruncated


class ConversationRemovePayload(Answer):
    """`conversation:remove`."""

    conversation: ConversationTruncated


class ClientAddPayload(Answer):
    """`client:add`. No documented reason fits a client that a join made; `sdkLogin` is the nearest."""

    user: UserTruncated
    client: Client
    reason: Literal["sdkLogin"]
    source: Source


class ClientRemovePayload(Answer):
    """`client:remove`."""

    user: UserTruncated
    client: Client
    reason: Literal["api"]
    source: Source


class UserUpdatePayload(Answer):
    """`user:update`. No documented reason fits a change through the API, so none is given."""

    user: UserTruncated
    source: Source


class UserRemovePayload(Answer):
    """`user:remove`."""

    user: UserTruncated
