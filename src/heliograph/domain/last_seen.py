"""When and where users were last seen: on a client, and on one of its devices."""

from __future__ import annotations

from msgspec.structs import replace

from heliograph.domain import links
from heliograph.domain.changes import Changes
from heliograph.domain.origins import Origin
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Tx
from heliograph.storage.rows import clients, devices
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.devices import ACTIVE

_SDK = "sdk"


async def see(
    tx: Tx,
    tenant: Tenant,
    origin: Origin,
    conversation: StoredConversation,
    participant: StoredParticipant,
    changes: Changes,
) -> Origin:
    """Record that a user was seen on the client and the device, and make the client the first to be reached.

    A link that waits for the user to act is confirmed. Returns the origin with the updated client.
    """
    if (client := origin.client) is None:
        return origin
    if client.type != _SDK and conversation.type != PERSONAL:
        raise BadRequest("clientId should be of a client of type sdk in a conversation of type sdkGroup")
    client.last_seen = tx.now
    await clients.set_last_seen(tx, client.app_id, client)
    if client.link is not None and client.link.confirmation == "userActivity":
        client = await links.confirm(tx, changes, tenant, client) or client
    if (device := origin.device) is not None:
        device.last_seen, device.status = tx.now, ACTIVE
        await devices.change(tx, device.app_id, device)
    if client.status == "active":
        changes.associate_first(conversation, participant, client)
    return replace(origin, client=client)
