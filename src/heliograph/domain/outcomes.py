"""The outcomes of messages of the business, as channels would report them."""

from __future__ import annotations

from heliograph.domain.changes import Changes
from heliograph.domain.events.outcomes import outcome_reported
from heliograph.domain.loading import load_conversation, load_message, load_user
from heliograph.domain.stored_json import decode_message
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, participants
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.store import Store
from heliograph.wire.authors import BUSINESS
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.events import DeliveryDestination
from heliograph.wire.inbound import MessageOutcomeBody

_API = DeliveryDestination(type="api")
"""The destination of a message to a user without clients."""


async def report(store: Store, tenant: Tenant, conversation_id: str, message_id: str, body: MessageOutcomeBody) -> None:
    """Record the outcome of a message of the business in a personal conversation.

    Raises:
        ConversationNotFound, MessageNotFound: it does not exist in this app.
        BadRequest: the conversation is not personal or has no participant, or the message is not of the business.
    """
    await store.write(_report, tenant, conversation_id, message_id, body)


async def _report(tx: Tx, tenant: Tenant, conversation_id: str, message_id: str, body: MessageOutcomeBody) -> None:
    conversation = await load_conversation(tx, tenant.app_id, conversation_id, lock=Lock.CHANGE)
    message = await load_message(tx, tenant.app_id, conversation_id, message_id)
    if conversation.type != PERSONAL:
        raise BadRequest("only messages of conversations of type personal have outcomes")
    if decode_message(message).author.type != BUSINESS:
        raise BadRequest(f"only messages of an author of type {BUSINESS} have outcomes")
    members = await participants.of_conversation(tx, tenant.app_id, conversation_id)
    if not members:  # imported without its user
        raise BadRequest("only messages of conversations with a participant have outcomes")
    (participant,) = members
    user = await load_user(tx, tenant.app_id, participant.user_id, None)
    changes = Changes(tx.now)
    changes.touch(conversation)
    destination = await _destination(tx, conversation, participant, body)
    outcome_reported(changes.journal, tenant, conversation, user, message_id, destination, body)
    await changes.save(tx)


async def _destination(
    reader: Reader, conversation: StoredConversation, participant: StoredParticipant, body: MessageOutcomeBody
) -> DeliveryDestination:
    """The given destination, or else the client that is reached first."""
    if (given := body.destination) is not None:
        return DeliveryDestination(type=given.type, integration_id=given.integration_id)
    if not participant.client_associations:
        return _API
    first = participant.client_associations[0]
    client = await clients.get(reader, conversation.app_id, participant.user_id, first.client_id)
    return DeliveryDestination(type=first.type, integration_id=client.integration_id if client else None)
