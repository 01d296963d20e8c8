"""Devices: the browsers and phones on which users run an SDK."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.wire.devices import DeviceStatus, DeviceType

_KEY = ("bucket", "app_id", "user_id", "id")
_OF_USER = "WHERE bucket = $1 AND app_id = $2 AND user_id = $3"


class StoredDevice(Struct):
    """A row of `device`. A user has one device with each `guid`. The fields are the columns, in this order."""

    id: str
    app_id: str
    user_id: str
    guid: str
    type: DeviceType
    client_id: str
    integration_id: str
    status: DeviceStatus
    last_seen: int
    push_notification_token: str | None = None
    info: dict[str, Any] | None = None
    app_version: str | None = None


_ROWS = RowCodec(StoredDevice)
_CHANGEABLE = (
    "type",
    "client_id",
    "integration_id",
    "status",
    "last_seen",
    "push_notification_token",
    "info",
    "app_version",
)


async def of_user(reader: Reader, app_id: str, user_id: str) -> list[StoredDevice]:
    """The devices of the user, most recently seen first."""
    rows = await reader.rows(
        f"SELECT {', '.join(_ROWS.columns)} FROM device {_OF_USER} ORDER BY last_seen DESC, id DESC",
        reader.bucket(user_id),
        app_id,
        user_id,
    )
    return [_ROWS.load(row) for row in rows]


async def of_users(reader: Reader, keys: Iterable[tuple[str, str]]) -> list[StoredDevice]:
    """Every device of the users with these (app id, user id)."""
    wanted = [(reader.bucket(user_id), app_id, user_id) for app_id, user_id in keys]
    return [_ROWS.load(row) for row in await reader.get_many("device", _ROWS.columns, _KEY[:3], wanted)]


async def get(reader: Reader, app_id: str, user_id: str, device_id: str) -> StoredDevice | None:
    """The device of the user, or None."""
    row = await reader.get("device", _ROWS.columns, _KEY, (reader.bucket(user_id), app_id, user_id, device_id))
    return _ROWS.load(row) if row else None


async def with_guid(reader: Reader, app_id: str, user_id: str, guid: str) -> StoredDevice | None:
    """The device of the user with this guid, or None."""
    key = (*_KEY[:3], "guid")
    row = await reader.get("device", _ROWS.columns, key, (reader.bucket(user_id), app_id, user_id, guid))
    return _ROWS.load(row) if row else None


async def add(tx: Tx, app_id: str, device: StoredDevice) -> None:
    """Create the device."""
    await tx.insert("device", ("bucket", *_ROWS.columns), [(tx.bucket(device.user_id), *_ROWS.dump(device))])


async def change(tx: Tx, app_id: str, device: StoredDevice) -> None:
    """Store the fields of a device that can change."""
    key = (tx.bucket(device.user_id), app_id, device.user_id, device.id)
    await tx.update("device", _CHANGEABLE, _KEY, [(*_ROWS.dump_columns(device, _CHANGEABLE), *key)])


async def deactivate(tx: Tx, app_id: str, integration_id: str) -> None:
    """Make the devices of a deleted integration inactive."""
    await tx.execute(
        "UPDATE device SET status = 'inactive' WHERE app_id = $1 AND integration_id = $2", app_id, integration_id
    )


async def remove_of_user(tx: Tx, app_id: str, user_id: str) -> None:
    """Delete every device of the user."""
    await tx.delete("device", _KEY[:3], [(tx.bucket(user_id), app_id, user_id)])


async def clear_personal_information(tx: Tx, app_id: str, user_id: str) -> None:
    """Clear the personal information of the user's devices."""
    await tx.execute(
        f"UPDATE device SET info = NULL, push_notification_token = NULL {_OF_USER}", tx.bucket(user_id), app_id, user_id
    )
