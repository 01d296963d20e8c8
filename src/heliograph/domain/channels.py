"""The verbs of data that only third-party channels understand."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from heliograph.domain.changes import Changes
from heliograph.domain.loading import load_conversation, load_named_user
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, NotAMember
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, participants
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.store import Store
from heliograph.wire.clients import ClientType
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.passthrough import (
    ConversionEvents,
    ConversionEventsBody,
    DownloadMessageRefBody,
    MetaConversionEventBody,
)

_NOT_ATTACHED = "The user has no client of type {} attached to the conversation"
_ENCODER = msgspec.json.Encoder()


async def download_message_ref(
    store: Store, tenant: Tenant, conversation_id: str, body: DownloadMessageRefBody
) -> dict[str, object]:
    """The data to which a message of a user refers. The stand-in of Apple has none.

    Raises:
        ConversationNotFound, UserNotFound, NotAMember: it does not exist in this app.
        BadRequest: the user has no client of Apple in the conversation.
    """
    await store.snapshot(_require_apple, tenant.app_id, conversation_id, body.user_id)
    return {}


async def _require_apple(reader: Reader, app_id: str, conversation_id: str, user_id: str) -> None:
    conversation = await load_conversation(reader, app_id, conversation_id)
    user = await load_named_user(reader, app_id, user_id, None)
    members = await participants.ids_of_members(reader, [(app_id, conversation.id, user.id)])
    if not members:
        raise NotAMember
    _client_id(await participants.get_many(reader, members), "apple")


async def post_conversion_events(
    store: Store, tenant: Tenant, conversation_id: str, body: ConversionEventsBody
) -> ConversionEvents:
    """Pass conversion events to a Meta channel of the conversation, for which its stand-in records them.

    Raises:
        ConversationNotFound: it does not exist in this app.
        BadRequest: the user of the conversation has no client of this channel in it.
    """
    return await store.write(_post_conversion_events, tenant, conversation_id, body)


async def _post_conversion_events(
    tx: Tx, tenant: Tenant, conversation_id: str, body: ConversionEventsBody
) -> ConversionEvents:
    type, event = _channel(body)
    # The lock keeps the conversation from being deleted.
    conversation = await load_conversation(tx, tenant.app_id, conversation_id, lock=Lock.KEEP)
    # Only personal conversations have clients of channels, and groups may have many participants.
    personal = conversation.type == PERSONAL
    members = await participants.of_conversation(tx, tenant.app_id, conversation.id) if personal else []
    user_id, client_id = _client_id(members, type)
    client = await clients.get(tx, tenant.app_id, user_id, client_id)
    if client is None or client.integration_id is None:
        raise BadRequest(_NOT_ATTACHED.format(type))
    changes = Changes(tx.now)
    changes.send(conversation, client_id, "conversionEvents", Raw(_ENCODER.encode(event.payload)))
    await changes.save(tx)
    return ConversionEvents(dataset_id=client.integration_id, events_received=len(event.payload.data))


def _channel(body: ConversionEventsBody) -> tuple[ClientType, MetaConversionEventBody]:
    """The channel of the events, and the events. Validation has made sure that there is exactly one."""
    given: list[tuple[ClientType, MetaConversionEventBody | None]] = [
        ("messenger", body.messenger),
        ("instagram", body.instagram),
        ("whatsapp", body.whatsapp),
    ]
    ((type, event),) = [(type, event) for type, event in given if event is not None]
    return type, event


def _client_id(members: Sequence[StoredParticipant], type: ClientType) -> tuple[str, str]:
    """The (user id, client id) of the first client of a type that is associated with these participants."""
    for participant in members:
        for association in participant.client_associations:
            if association.type == type:
                return participant.user_id, association.client_id
    raise BadRequest(_NOT_ATTACHED.format(type))
