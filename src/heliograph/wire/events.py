"""The payloads of events, and the envelope in which webhooks receive them.

Events that only third-party channels cause are left out: `passthrough:messaging`, and campaigns.
"""

from __future__ import annotations

from typing import Any, Literal

from heliograph.wire.activities import Activity
from heliograph.wire.authors import AuthorWebhook, Source
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.clients import Client
from heliograph.wire.contents import Content
from heliograph.wire.conversations import ConversationTruncated
from heliograph.wire.event_types import Trigger
from heliograph.wire.messages import QuotedMessage
from heliograph.wire.users import UserTruncated, UserWebhook

ClientAddReason = Literal["channelLinking", "sdkLogin", "authCode"]
ClientUpdateReason = Literal["confirmed", "blocked", "unblocked", "matched"]
ClientRemoveReason = Literal["api", "linkCancelled", "linkFailed", "sdk", "theft"]
MergeReason = Literal["api", "channelLinking", "sdkLogin"]
UserUpdateReason = Literal["authentication", "localeDetection"]


class Problem(Response):
    """The reason of a failure."""

    code: str
    message: str


CreationReason = Literal[
    "linkRequest",
    "message",
    "none",
    "notification",
    "proactiveMessaging",
    "prechatCapture",
    "startConversation",
]


class Referral(Response):
    """The link that referred a user to a conversation: its code and, on some channels, details."""

    code: str
    details: dict[str, Any] | None = None


class ConversationCreatePayload(Response):
    """`conversation:create`. Only personal conversations have a `user`."""

    conversation: ConversationTruncated
    creation_reason: CreationReason
    source: Source
    user: UserWebhook | None = None
    referral: Referral | None = None


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
    """The delivered message."""

    id: Id


class DeliveryDestination(Response):
    """The destination of a message."""

    type: str
    integration_id: str | None = None


class ExternalMessage(Response):
    """A message of a channel."""

    id: str


class MessageDeliveryPayload(Response):
    """`conversation:message:delivery:channel` and `conversation:message:delivery:user`."""

    user: UserWebhook
    conversation: ConversationTruncated
    message: MessageDelivered
    destination: DeliveryDestination
    is_final_event: bool
    external_messages: list[ExternalMessage] | None = None


class MessageDeliveryFailurePayload(MessageDeliveryPayload, kw_only=True):
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


class ConversationReferralPayload(Response):
    """`conversation:referral`."""

    conversation: ConversationTruncated
    user: UserWebhook
    source: Source
    referral: Referral


class ClientAddPayload(Response):
    """`client:add`. No documented reason fits a client that a join created; `sdkLogin` is the closest.

    Only a link request has a `conversation`.
    """

    user: UserTruncated
    client: Client
    reason: ClientAddReason
    source: Source
    conversation: ConversationTruncated | None = None


class ClientUpdatePayload(Response):
    """`client:update`. `conversation` is that of the link request, if it still exists."""

    user: UserTruncated
    client: Client
    reason: ClientUpdateReason
    conversation: ConversationTruncated | None = None


class ClientRemovePayload(Response):
    """`client:remove`. Only link requests that were cancelled or failed have an `error`."""

    user: UserTruncated
    client: Client
    reason: ClientRemoveReason
    source: Source
    conversation: ConversationTruncated | None = None
    error: Problem | None = None


class UserUpdatePayload(Response):
    """`user:update`. The reason of a login is `authentication`; no documented reason fits other changes."""

    user: UserWebhook
    source: Source
    reason: UserUpdateReason | None = None


class UserRemovePayload(Response):
    """`user:remove`."""

    user: UserTruncated


class MergedUsers(Response):
    """The user that remains, and the user that was merged into it."""

    surviving: UserWebhook
    discarded: UserWebhook


class MergedConversations(Response):
    """The conversation that remains, and the conversation that was merged into it."""

    surviving: ConversationTruncated
    discarded: ConversationTruncated


class MergedClients(Response):
    """The client that remains, and the client that was deleted."""

    surviving: Client
    discarded: Client


class UserMergePayload(Response):
    """`user:merge`. The discarded metadata did not fit into the metadata of the surviving user."""

    merged_users: MergedUsers
    reason: MergeReason
    merged_conversations: MergedConversations | None = None
    merged_clients: MergedClients | None = None
    discarded_metadata: dict[str, Any] | None = None


class SwitchboardPayload(Response):
    """`switchboard:acceptControl` and `switchboard:offerControl`."""

    conversation: ConversationTruncated
    metadata: dict[str, Any] | None = None


ControlReason = Literal["ticketClosed", "transferToEmail"]


class SwitchboardTransferPayload(SwitchboardPayload):
    """`switchboard:passControl` and `switchboard:releaseControl`."""

    reason: ControlReason | None = None


class SwitchboardFailurePayload(SwitchboardPayload, kw_only=True):
    """`switchboard:acceptControl:failure`, `switchboard:offerControl:failure`, `switchboard:passControl:failure`."""

    error: Problem


PAYLOADS: dict[Trigger, type[Response]] = {
    "client:add": ClientAddPayload,
    "client:remove": ClientRemovePayload,
    "client:update": ClientUpdatePayload,
    "conversation:create": ConversationCreatePayload,
    "conversation:join": MembershipPayload,
    "conversation:leave": MembershipPayload,
    "conversation:message": ConversationMessagePayload,
    "conversation:message:delivery:channel": MessageDeliveryPayload,
    "conversation:message:delivery:failure": MessageDeliveryFailurePayload,
    "conversation:message:delivery:user": MessageDeliveryPayload,
    "conversation:postback": ConversationPostbackPayload,
    "conversation:read": ActivityPayload,
    "conversation:referral": ConversationReferralPayload,
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
"""The type of the payload of each event."""


class WebhookApp(Response):
    """The app in which the events happened."""

    id: Id


class WebhookCalled(Response):
    """The called webhook, and the version of its payloads."""

    id: Id
    version: str


class Event(Response):
    """One event. Its id is the same in every attempt and on every webhook."""

    id: Id
    type: Trigger
    created_at: Time
    payload: Any


class WebhookCall(Response):
    """The body of a request to a webhook."""

    app: WebhookApp
    webhook: WebhookCalled
    events: list[Event]
