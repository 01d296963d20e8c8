"""Events of the outcomes of messages."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import brief_user, full_user, truncated
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.event_types import EventType
from heliograph.wire.events import (
    DeliveryDestination,
    ExternalMessage,
    MessageDelivered,
    MessageDeliveryFailurePayload,
    MessageDeliveryPayload,
    Problem,
)
from heliograph.wire.inbound import MessageOutcomeBody

_TYPES: dict[str, EventType] = {
    "channel": "conversation:message:delivery:channel",
    "user": "conversation:message:delivery:user",
    "failure": "conversation:message:delivery:failure",
}
_UNKNOWN = Problem(code="uncategorized_error", message="The message could not be delivered")


def outcome_reported(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser,
    message_id: str,
    destination: DeliveryDestination,
    body: MessageOutcomeBody,
) -> None:
    """A message reached a channel or the user, or could not be delivered."""
    external = body.external_messages
    payload = MessageDeliveryPayload(
        user=brief_user(user),
        conversation=truncated(conversation),
        message=MessageDelivered(id=message_id),
        destination=destination,
        is_final_event=body.is_final_event is not False,
        external_messages=None if external is None else [ExternalMessage(id=one.id) for one in external],
    )
    if body.outcome == "failure":
        error = Problem(code=body.error.code, message=body.error.message) if body.error else _UNKNOWN
        payload = _failure(payload, error)
    journal.record(
        tenant,
        _TYPES[body.outcome],
        payload,
        conversation=conversation,
        in_full=partial(_in_full, payload, user),
    )


def _failure(payload: MessageDeliveryPayload, error: Problem) -> MessageDeliveryFailurePayload:
    fields = {name: getattr(payload, name) for name in payload.__struct_fields__}
    return MessageDeliveryFailurePayload(**fields, error=error)


def _in_full(payload: MessageDeliveryPayload, user: StoredUser) -> MessageDeliveryPayload:
    return replace(payload, user=full_user(user))
