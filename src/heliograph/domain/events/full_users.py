"""Payloads with full users, for streams, which ask for them after the events have been stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from heliograph.domain.events.subjects import full_user
from heliograph.storage.engine import Reader
from heliograph.storage.rows import users
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.wire.event_types import EventType

_AUTHORED: dict[EventType, str] = {
    "conversation:message": "message",
    "conversation:read": "activity",
    "conversation:typing": "activity",
}
_ABOUT_A_USER: tuple[EventType, ...] = (
    "conversation:create",
    "conversation:message:delivery:channel",
    "conversation:message:delivery:failure",
    "conversation:message:delivery:user",
    "conversation:postback",
    "conversation:referral",
    "user:update",
)


async def show_full_users(reader: Reader, app_id: str, events: Sequence[StoredEvent]) -> None:
    """Complete the users in the payloads of these events, as `includeFullUser` does for a webhook.

    A stored payload with the full user is used. Without one, the current user is shown, if it still exists.
    """
    missing: list[tuple[StoredEvent, dict[str, Any], dict[str, Any]]] = []
    for event in events:
        if event.full_payload is not None:
            event.payload = event.full_payload
        elif event.type in _AUTHORED or event.type in _ABOUT_A_USER:
            payload = msgspec.json.decode(event.payload)
            if user := _holder_of_user(event.type, payload).get("user"):
                missing.append((event, payload, user))
    keys = sorted({(app_id, user["id"]) for _, _, user in missing})
    found = {user.id: user for user in await users.get_many(reader, keys)} if keys else {}
    for event, payload, user in missing:
        if user["id"] in found:
            user.update(msgspec.json.decode(msgspec.json.encode(full_user(found[user["id"]]))))
            event.payload = Raw(msgspec.json.encode(payload))


def _holder_of_user(type: EventType, payload: dict[str, Any]) -> dict[str, Any]:
    holder: dict[str, Any] = payload[_AUTHORED[type]]["author"] if type in _AUTHORED else payload
    return holder
