"""The origin of an act of a user: this API, or a client or a device of the user."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph.domain import views
from heliograph.domain.loading import load_client, load_device
from heliograph.domain.views import API_CONVERSATIONS
from heliograph.storage.engine import Reader
from heliograph.storage.rows import integrations
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import Source
from heliograph.wire.clients import Client
from heliograph.wire.devices import Device

DEFAULT_RESPONDER = "defaultResponderId"


class FullSource(Struct, omit_defaults=True):
    """The client and the device of a source, which webhooks with `includeFullSource` show."""

    client: Client | None = None
    device: Device | None = None


class Origin(Struct, frozen=True):
    """Where a user acts. `responder_id` is the switchboard integration that its integration prefers, if any."""

    source: Source
    client: StoredClient | None = None
    device: StoredDevice | None = None
    responder_id: str | None = None

    @property
    def full_source(self) -> Raw | None:
        """What `includeFullSource` adds to the source, as JSON; None if it adds nothing."""
        if self.client is None:
            return None
        shown = FullSource(views.client(self.client), views.device(self.device) if self.device else None)
        return Raw(msgspec.json.encode(shown))


API = Origin(API_CONVERSATIONS)


async def load_origin(reader: Reader, user: StoredUser, device_id: str | None, client_id: str | None) -> Origin:
    """The origin on this device or this client of the user; without either, this API.

    Raises:
        DeviceNotFound, ClientNotFound: the user does not have it.
    """
    device = None
    if device_id is not None:
        device = await load_device(reader, user.app_id, user.id, device_id)
        client_id = device.client_id
    if client_id is None:
        return API
    client = await load_client(reader, user.app_id, user.id, client_id)
    type, integration_id = (device.type, device.integration_id) if device else (client.type, client.integration_id)
    integration = await integrations.get(reader, user.app_id, integration_id) if integration_id else None
    return Origin(
        source=Source(type=type, integration_id=integration_id),
        client=client,
        device=device,
        responder_id=integration.settings.get(DEFAULT_RESPONDER) if integration else None,
    )
