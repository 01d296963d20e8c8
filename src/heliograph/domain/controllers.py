"""The controllers of a conversation: its active and pending switchboard integrations.

A stored id counts only while the switchboard is enabled and has that switchboard integration. Otherwise it is treated
as absent. The controllers also determine which integrations get the events of the conversation.
"""

from __future__ import annotations

from collections.abc import Collection

from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.switchboards import StoredSwitchboardIntegration, SwitchboardState
from heliograph.wire.switchboards import SwitchboardIntegrationWebhook

_NONE: frozenset[str] = frozenset()


def enabled(conversation: StoredConversation) -> SwitchboardState | None:
    """The switchboard of the conversation's app if it is enabled, else None."""
    switchboard = conversation.switchboard
    return switchboard if switchboard is not None and switchboard.enabled else None


def active(conversation: StoredConversation) -> StoredSwitchboardIntegration | None:
    """The switchboard integration in control, or None."""
    switchboard = enabled(conversation)
    return switchboard.find(conversation.active_id) if switchboard else None


def pending(conversation: StoredConversation) -> StoredSwitchboardIntegration | None:
    """The switchboard integration to which control is offered, or None."""
    switchboard = enabled(conversation)
    return switchboard.find(conversation.pending_id) if switchboard else None


def default(conversation: StoredConversation) -> StoredSwitchboardIntegration | None:
    """The switchboard integration that gets control when a user speaks and none is active, or None."""
    switchboard = enabled(conversation)
    return switchboard.find(switchboard.default_id) if switchboard else None


def responder(conversation: StoredConversation, preferred_id: str | None) -> StoredSwitchboardIntegration | None:
    """The switchboard integration that gets control when a user acts: the preferred one, or else the default one."""
    switchboard = enabled(conversation)
    return (switchboard.find(preferred_id) or switchboard.find(switchboard.default_id)) if switchboard else None


def concerned(conversation: StoredConversation) -> set[str]:
    """The ids of the integrations that are active or pending."""
    return {one.integration_id for one in (active(conversation), pending(conversation)) if one}


def withheld(conversation: StoredConversation, also_concerned: Collection[str] = ()) -> frozenset[str]:
    """The ids of the integrations that do not get an event of the conversation.

    These are the standby ones without `deliverStandbyEvents`. `also_concerned` are integrations that get the event
    although they may be on standby now.
    """
    switchboard = enabled(conversation)
    if switchboard is None:
        return _NONE
    receiving = (conversation.active_id, conversation.pending_id)
    return frozenset(
        [
            one.integration_id
            for one in switchboard.integrations
            if not one.deliver_standby_events and one.id not in receiving and one.integration_id not in also_concerned
        ]
    )


def to_api(stored: StoredSwitchboardIntegration | None) -> SwitchboardIntegrationWebhook | None:
    """A switchboard integration as conversations show it."""
    if stored is None:
        return None
    return SwitchboardIntegrationWebhook(
        id=stored.id,
        name=stored.name,
        integration_id=stored.integration_id,
        integration_type=stored.integration_type,
    )
