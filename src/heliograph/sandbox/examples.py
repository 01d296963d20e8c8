"""An example payload for each type of event. Its ids are new, and the same object has the same id everywhere in it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field
from msgspec.structs import replace

from heliograph import ids
from heliograph.domain.events.subjects import SOURCE
from heliograph.domain.views import API_CONVERSATIONS
from heliograph.wire import times
from heliograph.wire.activities import Activity, ActivityType
from heliograph.wire.authors import AuthorWebhook
from heliograph.wire.base import Response
from heliograph.wire.clients import Client, ClientStatus
from heliograph.wire.contents import TextMessage
from heliograph.wire.conversations import PERSONAL, SDK_GROUP, ConversationTruncated
from heliograph.wire.event_types import EventType
from heliograph.wire.events import (
    ActivityPayload,
    ClientAddPayload,
    ClientRemovePayload,
    ClientUpdatePayload,
    ConversationCreatePayload,
    ConversationMessagePayload,
    ConversationPostbackPayload,
    ConversationReferralPayload,
    ConversationRemovePayload,
    DeliveryDestination,
    ExternalMessage,
    MembershipPayload,
    MergedUsers,
    MessageDelivered,
    MessageDeliveryFailurePayload,
    MessageDeliveryPayload,
    MessageWebhook,
    PostbackWebhook,
    Problem,
    Referral,
    SwitchboardFailurePayload,
    SwitchboardPayload,
    SwitchboardTransferPayload,
    UserMergePayload,
    UserRemovePayload,
    UserUpdatePayload,
)
from heliograph.wire.switchboards import SwitchboardIntegrationWebhook
from heliograph.wire.users import UserWebhook


def _new_user() -> UserWebhook:
    id = ids.new()
    return UserWebhook(id=id, authenticated=False, external_id=f"example-{id}")


class Subjects(Struct):
    """The conversation and the user of an example, by default ones that do not exist."""

    conversation: ConversationTruncated = field(
        default_factory=lambda: ConversationTruncated(id=ids.new(), type=SDK_GROUP)
    )
    user: UserWebhook = field(default_factory=_new_user)


Example = Callable[[Subjects], Response]


def payload_of(type: EventType, subjects: Subjects) -> Response:
    """The payload of an example event."""
    return EXAMPLES[type](subjects)


def _client(status: ClientStatus = "active") -> Client:
    now = times.to_text(times.now())
    return Client(id=ids.new(), type="whatsapp", status=status, integration_id=ids.new(), last_seen=now, linked_at=now)


def _client_added(of: Subjects) -> Response:
    return ClientAddPayload(
        user=of.user, client=_client("pending"), reason="channelLinking", source=SOURCE, conversation=of.conversation
    )


def _client_updated(of: Subjects) -> Response:
    return ClientUpdatePayload(user=of.user, client=_client(), reason="confirmed", conversation=of.conversation)


def _client_removed(of: Subjects) -> Response:
    return ClientRemovePayload(user=of.user, client=_client(), reason="api", source=SOURCE)


def _conversation_created(of: Subjects) -> Response:
    user = of.user if of.conversation.type == PERSONAL else None
    return ConversationCreatePayload(
        conversation=of.conversation, creation_reason="none", source=API_CONVERSATIONS, user=user
    )


def _membership(of: Subjects) -> Response:
    return MembershipPayload(conversation=of.conversation, user=of.user)


def _message(of: Subjects) -> Response:
    message = MessageWebhook(
        id=ids.new(),
        received=times.to_text(times.now()),
        author=AuthorWebhook(type="user", user_id=of.user.id, display_name="Ada"),
        content=TextMessage(text="Hello"),
        source=API_CONVERSATIONS,
    )
    return ConversationMessagePayload(conversation=of.conversation, message=message)


def _message_delivered(of: Subjects) -> MessageDeliveryPayload:
    return MessageDeliveryPayload(
        user=of.user,
        conversation=of.conversation,
        message=MessageDelivered(id=ids.new()),
        destination=DeliveryDestination(type="whatsapp", integration_id=ids.new()),
        is_final_event=False,
        external_messages=[ExternalMessage(id=f"wamid.{ids.new()}")],
    )


def _message_seen(of: Subjects) -> Response:
    return replace(_message_delivered(of), is_final_event=True)


def _message_failed(of: Subjects) -> Response:
    return MessageDeliveryFailurePayload(
        user=of.user,
        conversation=of.conversation,
        message=MessageDelivered(id=ids.new()),
        destination=DeliveryDestination(type="whatsapp", integration_id=ids.new()),
        is_final_event=True,
        error=Problem(code="uncategorized_error", message="The message could not be delivered"),
    )


def _postback(of: Subjects) -> Response:
    return ConversationPostbackPayload(
        postback=PostbackWebhook(payload="CHOICE"), conversation=of.conversation, user=of.user, source=API_CONVERSATIONS
    )


def _referral(of: Subjects) -> Response:
    return ConversationReferralPayload(
        conversation=of.conversation, user=of.user, source=API_CONVERSATIONS, referral=Referral(code="campaign")
    )


def _activity(type: ActivityType) -> Example:
    def example(of: Subjects) -> Response:
        author = AuthorWebhook(type="user", user_id=of.user.id)
        activity = Activity(type=type, source=API_CONVERSATIONS, author=author)
        return ActivityPayload(conversation=of.conversation, activity=activity)

    return example


def _conversation_removed(of: Subjects) -> Response:
    return ConversationRemovePayload(conversation=of.conversation)


def _member(name: str) -> SwitchboardIntegrationWebhook:
    return SwitchboardIntegrationWebhook(id=ids.new(), name=name, integration_id=ids.new(), integration_type="custom")


def _controlled(of: Subjects) -> ConversationTruncated:
    """The conversation with an integration that is in control, unless it has one."""
    active = of.conversation.active_switchboard_integration or _member("bot")
    return replace(of.conversation, active_switchboard_integration=active)


def _accepted(of: Subjects) -> Response:
    return SwitchboardPayload(conversation=_controlled(of))


def _offered(of: Subjects) -> Response:
    pending = of.conversation.pending_switchboard_integration or _member("agents")
    return SwitchboardPayload(conversation=replace(_controlled(of), pending_switchboard_integration=pending))


def _transferred(of: Subjects) -> Response:
    return SwitchboardTransferPayload(conversation=_controlled(of))


def _control_failed(of: Subjects) -> Response:
    error = Problem(code="switchboard_invalid_target", message="Switchboard invalid target")
    return SwitchboardFailurePayload(conversation=_controlled(of), error=error)


def _merged(of: Subjects) -> Response:
    return UserMergePayload(merged_users=MergedUsers(surviving=of.user, discarded=_new_user()), reason="api")


def _user_removed(of: Subjects) -> Response:
    return UserRemovePayload(user=of.user)


def _user_updated(of: Subjects) -> Response:
    return UserUpdatePayload(user=of.user, source=SOURCE, reason="authentication")


EXAMPLES: dict[EventType, Example] = {
    "client:add": _client_added,
    "client:remove": _client_removed,
    "client:update": _client_updated,
    "conversation:create": _conversation_created,
    "conversation:join": _membership,
    "conversation:leave": _membership,
    "conversation:message": _message,
    "conversation:message:delivery:channel": _message_delivered,
    "conversation:message:delivery:failure": _message_failed,
    "conversation:message:delivery:user": _message_seen,
    "conversation:postback": _postback,
    "conversation:read": _activity("conversation:read"),
    "conversation:referral": _referral,
    "conversation:remove": _conversation_removed,
    "conversation:typing": _activity("typing:start"),
    "switchboard:acceptControl": _accepted,
    "switchboard:acceptControl:failure": _control_failed,
    "switchboard:offerControl": _offered,
    "switchboard:offerControl:failure": _control_failed,
    "switchboard:passControl": _transferred,
    "switchboard:passControl:failure": _control_failed,
    "switchboard:releaseControl": _transferred,
    "user:merge": _merged,
    "user:remove": _user_removed,
    "user:update": _user_updated,
}
"""The example of each type."""
