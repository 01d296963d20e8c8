"""Events: the payloads of the API document's webhooks, and the envelope in which they are posted.

Left out is what only a third-party channel can cause: `client:update`, `conversation:referral`,
`passthrough:messaging`, campaigns, referrals, and external messages.
"""

from __future__ import annotations

from typing import Any, Literal

from heliograph.wire.activities import Activity
from heliograph.wire.authors import AuthorWebhook, Source
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.clients import Client
from heliograph.wire.contents import Content
from heliograph.wire.conversations import ConversationTruncated
from heliograph.wire.messages import QuotedMessage
from heliograph.wire.users import UserTruncated, UserWebhook
from heliograph.wire.webhooks import Trigger

EventType = Literal[
    "client:add",
    "client:remove",
    "conversation:create",
    "conversation:join",
    "conversation:leave",
    "conversation:message",
    "conversation:read",
    "conversation:remove",
    "conversation:typing",
    "user:remove",
    "user:update",
]
"""The events that are recorded so far."""


class Problem(Response):
    """Why something failed."""

    code: str
    message: str


class ConversationCreatePayload(Response):
    """`conversation:create`; `user` for personal conversations only."""

    conversation: ConversationTruncated
    creation_reason: Literal["message", "none", "notification", "prechatCapture", "startConversation"]
    source: Source
    user: UserWebhook | None = None


class MembershipPayload(Response):
    """`conversation:join` and `conversation:leave`."""

    conversation: ConversationTruncated
    user: UserTruncated


class ConversationRemovePayload(Response):
    """`conversation:remove`."""

    conversation: ConversationTruncated


class MessageWebhook(Response):
    """A message as webhook payloads show it."""

    id: Id
    received: Time
    author: AuthorWebhook
    content: Content
    source: Source
    quoted_message: QuotedMessage | None = None
    metadata: dict[str, Any] | None = None
    deleted: bool | None = None


class ConversationMessagePayload(Response):
    """`conversation:message`."""

    conversation: ConversationTruncated
    message: MessageWebhook
    recent_notifications: list[MessageWebhook] | None = None


class MessageDelivered(Response):
    """The message that was to be delivered."""

    id: Id


class DeliveryDestination(Response):
    """Where a message was to be delivered."""

    type: str
    integration_id: str | None = None


class MessageDeliveryPayload(Response):
    """`conversation:message:delivery:channel` and `conversation:message:delivery:user`."""

    user: UserWebhook
    conversation: ConversationTruncated
    message: MessageDelivered
    destination: DeliveryDestination
    is_final_event: bool


class MessageDeliveryFailurePayload(MessageDeliveryPayload):
    """`conversation:message:delivery:failure`."""

    error: Problem


class ActivityPayload(Response):
    """`conversation:read` and `conversation:typing`."""

    conversation: ConversationTruncated
    activity: Activity


class PostbackWebhook(Response):
    """The action that a user chose."""

    payload: str
    metadata: dict[str, Any] | None = None


class ConversationPostbackPayload(Response):
    """`conversation:postback`."""

    postback: PostbackWebhook
    conversation: ConversationTruncated
    user: UserWebhook
    source: Source


class ClientAddPayload(Response):
    """`client:add`. No documented reason fits a client that a join made; `sdkLogin` is the nearest."""

    user: UserTruncated
    client: Client
    reason: Literal["sdkLogin", "authCode"]
    source: Source


class ClientRemovePayload(Response):
    """`client:remove`."""

    user: UserTruncated
    client: Client
    reason: Literal["api", "sdk"]
    source: Source


class UserUpdatePayload(Response):
    """`user:update`. No documented reason fits a change through the API, so none is given."""

    user: UserWebhook
    source: Source
    reason: Literal["authentication", "localeDetection"] | None = None


class UserRemovePayload(Response):
    """`user:remove`."""

    user: UserTruncated


class MergedUsers(Response):
    """The user that stays, and the one that became part of it."""

    surviving: UserWebhook
    discarded: UserWebhook


class MergedConversations(Response):
    """The conversation that stays, and the one that became part of it."""

    surviving: ConversationTruncated
    discarded: ConversationTruncated


class MergedClients(Response):
    """The client that stays, and the one that was dropped."""

    surviving: Client
    discarded: Client


class UserMergePayload(Response):
    """`user:merge`; the metadata is what there was no room for."""

    merged_users: MergedUsers
    reason: Literal["api", "sdkLogin"]
    merged_conversations: MergedConversations | None = None
    merged_clients: MergedClients | None = None
    discarded_metadata: dict[str, Any] | None = None


class SwitchboardPayload(Response):
    """`switchboard:acceptControl` and `switchboard:offerControl`."""

    conversation: ConversationTruncated
    metadata: dict[str, Any] | None = None


class SwitchboardTransferPayload(SwitchboardPayload):
    """`switchboard:passControl` and `switchboard:releaseControl`."""

    reason: Literal["ticketClosed", "transferToEmail"] | None = None


class SwitchboardFailurePayload(SwitchboardPayload, kw_only=True):
    """`switchboard:acceptControl:failure`, `switchboard:offerControl:failure`, `switchboard:passControl:failure`."""

    error: Problem


PAYLOADS: dict[Trigger, type[Response]] = {
    "client:add": ClientAddPayload,
    "client:remove": ClientRemovePayload,
    "conversation:create": ConversationCreatePayload,
    "conversation:join": MembershipPayload,
    "conversation:leave": MembershipPayload,
    "conversation:message": ConversationMessagePayload,
    "conversation:message:delivery:channel": MessageDeliveryPayload,
    "conversation:message:delivery:failure": MessageDeliveryFailurePayload,
    "conversation:message:delivery:user": MessageDeliveryPayload,
    "conversation:postback": ConversationPostbackPayload,
    "conversation:read": ActivityPayload,
    "conversation:remove": ConversationRemovePayload,
    "conversation:typing": ActivityPayload,
    "switchboard:acceptControl": SwitchboardPayload,
    "switchboard:acceptControl:failure": SwitchboardFailurePayload,
    "switchboard:offerControl": SwitchboardPayload,
    "switchboard:offerControl:failure": SwitchboardFailurePayload,
    "switchboard:passControl": SwitchboardTransferPayload,
    "switchboard:passControl:failure": SwitchboardFailurePayload,
    "switchboard:releaseControl": SwitchboardTransferPayload,
    "user:merge": UserMergePayload,
    "user:remove": UserRemovePayload,
    "user:update": UserUpdatePayload,
}
"""What each event tells, by its trigger."""


class WebhookApp(Response):
    """The app in which the events happened."""

    id: Id


class WebhookCalled(Response):
    """The webhook that is called, and the version of its payloads."""

    id: Id
    version: str


class Event(Response):
    """One event: its id stays the same however often it is told."""

    id: Id
    type: Trigger
    created_at: Time
    payload: Any


class WebhookCall(Response):
    """What is posted to the target of a webhook."""

    app: WebhookApp
    webhook: WebhookCalled
    events: list[Event]
