"""The payloads of events, and the envelope in which webhooks receive them.

Events that only third-party channels cause are left out: `client:update`, `conversation:referral`,
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
    "switchboard:acceptControl",
    "switchboard:acceptControl:failure",
    "switchboard:offerControl",
    "switchboard:offerControl:failure",
    "switchboard:passControl",
    "switchboard:passControl:failure",
    "switchboard:releaseControl",
    "user:merge",
    "user:remove",
    "user:update",
]
"""The types of the events that the server records."""

MergeReason = Literal["api", "channelLinking", "sdkLogin"]
UserUpdateReason = Literal["authentication", "localeDetection"]


class Problem(Response):
    """The reason of a failure."""

    code: str
    message: str


class ConversationCreatePayload(Response):
    """`conversation:create`. Only personal conversations have a `user`."""

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
    """The delivered message."""

    id: Id


class DeliveryDestination(Response):
    """The destination of a message."""

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
    """`client:add`. No documented reason fits a client that a join created; `sdkLogin` is the closest."""

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
