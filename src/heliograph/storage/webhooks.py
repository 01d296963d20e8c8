"""Webhooks: who is told of which events."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.engine import Reader, Tx


class StoredWebhook(Struct):
    """A row of `webhook`. The triggers stand between commas; the secret is sealed.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    integration_id: str
    target: str
    triggers: str
    secret: bytes
    include_full_user: int
    include_full_source: int
    created_at: int


_COLUMNS = StoredWebhook.__struct_fields__
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM webhook"


async def get(reader: Reader, app_id: str, webhook_id: str) -> StoredWebhook | None:
    """The webhook of the app, if there is such."""
    row = await reader.get("webhook", _COLUMNS, ("app_id", "id"), (app_id, webhook_id))
    return StoredWebhook(*row) if row else None


async def find(reader: Reader, webhook_id: str) -> StoredWebhook | None:
    """The webhook, of whichever app: this is how a delivery finds out whom to call."""
    row = await reader.get("webhook", _COLUMNS, ("id",), (webhook_id,))
    return StoredWebhook(*row) if row else None


async def of_app(reader: Reader, app_id: str) -> list[StoredWebhook]:
    """The webhooks of all integrations of the app, oldest first."""
    return [StoredWebhook(*row) for row in await reader.rows(f"{_SELECT} WHERE app_id = $1 ORDER BY id", app_id)]


async def of_apps(reader: Reader, apps: Collection[str]) -> list[StoredWebhook]:
    """The webhooks of several apps."""
    rows = await reader.get_many("webhook", _COLUMNS, ("app_id",), [(app_id,) for app_id in apps])
    return [StoredWebhook(*row) for row in rows]


async def add(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    """Create the webhook."""
    await tx.insert("webhook", _COLUMNS, [astuple(webhook)])


async def change(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    """Store what may change of a webhook."""
    await tx.update(
        "webhook",
        ("target", "triggers", "include_full_user", "include_full_source"),
        ("app_id", "id"),
        [
            (
                webhook.target,
                webhook.triggers,
                webhook.include_full_user,
                webhook.include_full_source,
                app_id,
                webhook.id,
            )
        ],
    )


async def remove(tx: Tx, app_id: str, webhook_id: str) -> None:
    """Delete the webhook."""
    await tx.delete("webhook", ("app_id", "id"), [(app_id, webhook_id)])
