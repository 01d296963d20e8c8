"""When and where users were last seen: on a client, and on one of its devices."""

from __future__ import annotations

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
) -> None:
    """Record that a user was seen on the client and the device, and make the client the first to be reached.

    A link that waits for the user to act is confirmed.
    """
    if (client := origin.client) is None:
        return
    if client.type != _SDK and conversation.type != PERSONAL:
        raise BadRequest("clientId should be of a client of type sdk in a conversation of type sdkGroup")
    client.last_seen = tx.now
    await clients.set_last_seen(tx, client.app_id, client)
    if client.link is not None and client.link.confirmation == "userActivity":
        confirmed = await links.confirm(tx, changes, tenant, client)
        client.status = confirmed.status if confirmed else client.status
    if (device := origin.device) is not None:
        device.last_seen, device.status = tx.now, ACTIVE
        await devices.change(tx, device.app_id, device)
    if client.status == "active":
        changes.associate_first(conversation, participant, client)
