"""Webhooks: the endpoints that receive events."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import cast

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.wire.webhooks import Subscription

Triggers = tuple[Subscription, ...]


class StoredWebhook(Struct):
    """A row of `webhook`; the secret is sealed.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    integration_id: str
    target: str
    triggers: Triggers
    secret: bytes
    include_full_user: bool
    include_full_source: bool
    created_at: int


@lru_cache(maxsize=1024)
def _load_triggers(text: str) -> Triggers:
    return cast(Triggers, tuple(text.split(","))) if text else ()


_ROWS = RowCodec(StoredWebhook, triggers=(_load_triggers, ",".join))
_SELECT = f"SELECT {', '.join(_ROWS.columns)} FROM webhook"
_CHANGEABLE = ("target", "triggers", "include_full_user", "include_full_source")


async def get(reader: Reader, app_id: str, webhook_id: str) -> StoredWebhook | None:
    """The webhook of the app, or None."""
    row = await reader.get("webhook", _ROWS.columns, ("app_id", "id"), (app_id, webhook_id))
    return _ROWS.load(row) if row else None


async def find(reader: Reader, webhook_id: str) -> StoredWebhook | None:
    """The webhook of any app, for its deliveries."""
    row = await reader.get("webhook", _ROWS.columns, ("id",), (webhook_id,))
    return _ROWS.load(row) if row else None


async def of_app(reader: Reader, app_id: str) -> list[StoredWebhook]:
    """The webhooks of all integrations of the app, oldest first."""
    return [_ROWS.load(row) for row in await reader.rows(f"{_SELECT} WHERE app_id = $1 ORDER BY id", app_id)]


async def of_apps(reader: Reader, apps: Collection[str]) -> list[StoredWebhook]:
    """The webhooks of several apps."""
    rows = await reader.get_many("webhook", _ROWS.columns, ("app_id",), [(app_id,) for app_id in apps])
    return [_ROWS.load(row) for row in rows]


async def add(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    """Create the webhook."""
    await tx.insert("webhook", _ROWS.columns, [_ROWS.dump(webhook)])


async def change(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    """Store the fields of a webhook that can be changed."""
    row = (*_ROWS.dump_columns(webhook, _CHANGEABLE), app_id, webhook.id)
    await tx.update("webhook", _CHANGEABLE, ("app_id", "id"), [row])


async def remove(tx: Tx, app_id: str, webhook_id: str) -> None:
    """Delete the webhook."""
    await tx.delete("webhook", ("app_id", "id"), [(app_id, webhook_id)])
