"""Stand-ins: integrations for tests that take the place of third-party services, to which this server never
connects."""

from __future__ import annotations

import re

from heliograph import ids
from heliograph.settings import Settings, is_loopback
from heliograph.storage.engine import Tx
from heliograph.storage.rows import integrations
from heliograph.storage.rows.integrations import StoredIntegration

_NO_RECIPIENT = "+15005550001"
_RESERVED = re.compile(r"[@.]invalid\Z")
"""The end of email addresses below the top-level domain that RFC 2606 reserves for addresses that do not exist."""
_ZENDESK = "zd:"
_ULTIMATE = "ultimate"


def offered(settings: Settings, *, embedded: bool) -> bool:
    """Whether this server has stand-ins. `embedded` is whether the database is a file of this server."""
    if settings.stand_ins == "auto":
        return embedded and is_loopback(settings.host)
    return settings.stand_ins == "yes"


def has_stand_in(integration_type: str) -> bool:
    """Whether a stand-in for integrations of Zendesk can have this type."""
    return integration_type == _ULTIMATE or integration_type.startswith(_ZENDESK)


def has_recipient(address: str) -> bool:
    """Whether the stand-in of a channel finds a user with this address. Some addresses have none, for tests."""
    return address != _NO_RECIPIENT and not _RESERVED.search(address)


async def create(tx: Tx, app_id: str, integration_type: str) -> StoredIntegration:
    """Create the stand-in of a type. Integrations like this are not listed."""
    integration = StoredIntegration(
        id=ids.new(),
        app_id=app_id,
        type=integration_type,
        display_name=None,
        settings={},
        created_at=tx.now,
        listed=False,
    )
    await integrations.add(tx, app_id, integration)
    return integration
