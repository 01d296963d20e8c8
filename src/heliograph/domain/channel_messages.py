"""Messages of the business on third-party channels, which a stand-in takes in place of the channel."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph.domain.changes import Changes
from heliograph.domain.events.outcomes import outcome_reported
from heliograph.domain.facts import Reach
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.clients import ClientType
from heliograph.wire.events import DeliveryDestination
from heliograph.wire.inbound import MessageOutcomeBody, OutcomeError
from heliograph.wire.messages import SILENT, OverrideBody

SDK_TYPES = {"android", "ios", "unity", "web"}
"""The types of integration that an SDK client can belong to."""
_SDK: ClientType = "sdk"
_FORM = "form"
_UNCATEGORIZED = "uncategorized_error"


class ChannelMessage(Struct, omit_defaults=True):
    """What a channel would be sent: the message as responses show it, and what was posted for the channel alone."""

    message: Raw
    override: OverrideBody | None = None
    schema: str | None = None


class _Kind(Struct):
    type: str


class _Shown(Struct):
    content: _Kind


def client_for(reach: Reach | None, destination: str | None) -> StoredClient | None:
    """The client to which a message goes: that of the destination if it is active, or else the first one."""
    if reach is None or destination == SILENT:
        return None
    if destination is None:
        return reach.clients[0] if reach.clients else None
    return next((one for one in reach.clients if one.status == "active" and destination in _names(one)), None)


def _names(client: StoredClient) -> set[str | None]:
    """What a destination can name a client by: its type, or its integration."""
    return {client.type, client.integration_id} | (SDK_TYPES if client.type == _SDK else set())


def deliver(
    changes: Changes,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser,
    client: StoredClient,
    message: StoredMessage,
) -> None:
    """Send a message to the stand-in of a channel, and report what became of it. An SDK is not sent anything."""
    if client.type == _SDK or client.integration_id is None:
        return
    destination = DeliveryDestination(type=client.type, integration_id=client.integration_id)
    outcome = MessageOutcomeBody(outcome="channel")
    if (refusal := _refusal(client, message)) is not None:
        outcome = MessageOutcomeBody(outcome="failure", error=OutcomeError(code=_UNCATEGORIZED, message=refusal))
    else:
        routing = message.routing
        sent = ChannelMessage(message.shown, routing.override if routing else None, routing.schema if routing else None)
        changes.send(conversation, client.id, "message", Raw(msgspec.json.encode(sent)))
    outcome_reported(changes.journal, tenant, conversation, user, message.id, destination, outcome)


def _refusal(client: StoredClient, message: StoredMessage) -> str | None:
    """Why the channel does not take the message, or None."""
    if client.status != "active":
        return f"The client is {client.status}"
    if msgspec.json.decode(message.shown, type=_Shown).content.type == _FORM:
        return f"Unsupported message type `{_FORM}`"
    return None
