"""Events of control: who controls a conversation has changed, or a call to change it has failed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from msgspec import Raw

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import truncated
from heliograph.domain.tenants import Tenant
from heliograph.errors import ApiError
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.wire.base import encoded
from heliograph.wire.events import ControlReason, Problem, SwitchboardFailurePayload, SwitchboardTransferPayload

ChangeType = Literal[
    "switchboard:passControl", "switchboard:offerControl", "switchboard:acceptControl", "switchboard:releaseControl"
]
FailureType = Literal[
    "switchboard:passControl:failure", "switchboard:offerControl:failure", "switchboard:acceptControl:failure"
]


def control_changed(
    journal: Journal,
    tenant: Tenant,
    type: ChangeType,
    conversation: StoredConversation,
    metadata: Raw | None,
    before: Collection[str],
    reason: ControlReason | None,
) -> None:
    """The controllers of a conversation changed. `before` are the integrations that were active or pending.

    Only passing and releasing control have a reason.
    """
    payload = SwitchboardTransferPayload(conversation=truncated(conversation), metadata=_json(metadata), reason=reason)
    journal.record(tenant, type, payload, conversation=conversation, concerned=before)


def control_failed(
    journal: Journal,
    tenant: Tenant,
    type: FailureType,
    conversation: StoredConversation,
    failure: ApiError,
    metadata: Raw | None,
) -> None:
    """A call to change the controllers of a conversation failed. The calling integration gets the event."""
    payload = SwitchboardFailurePayload(
        conversation=truncated(conversation),
        metadata=_json(metadata),
        error=Problem(code=failure.code, message=failure.titles[0]),
    )
    caller = () if tenant.integration_id is None else (tenant.integration_id,)
    journal.record(tenant, type, payload, conversation=conversation, concerned=caller)


def _json(metadata: Raw | None) -> dict[str, Any] | None:
    return None if metadata is None else encoded(dict[str, Any], metadata)
