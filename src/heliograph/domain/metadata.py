"""Metadata: a flat object of at most 4096 bytes, merged key by key."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UnsetType

from heliograph.errors import BadRequest
from heliograph.wire.base import METADATA_BYTES, Metadata


def initial(metadata: Metadata | None, owner: str) -> str | None:
    """The JSON to store for what a create body holds; None where there is nothing. `owner` is named in the refusal.

    Raises:
        BadRequest: it is too large.
    """
    return _stored({key: value for key, value in (metadata or {}).items() if value is not None}, owner)


def settled(metadata: Metadata | None, owner: str) -> Metadata | None:
    """The metadata without null values, None where nothing is left.

    Raises:
        BadRequest: it is too large.
    """
    if metadata is None:
        return None
    left: Metadata = {key: value for key, value in metadata.items() if value is not None}
    _stored(left, owner)
    return left or None


def merged(stored: str | None, change: Metadata | UnsetType | None, owner: str) -> str | None:
    """The JSON to store after an update: absent changes nothing, null clears, a null value removes its key.

    Raises:
        BadRequest: it is too large.
    """
    if isinstance(change, UnsetType):
        return stored
    if change is None:
        return None
    together = {**shown(stored), **change}
    return _stored({key: value for key, value in together.items() if value is not None}, owner)


def shown(stored: str | None) -> dict[str, Any]:
    """The metadata that is stored."""
    return msgspec.json.decode(stored, type=dict[str, Any]) if stored else {}


def _stored(metadata: dict[str, Any], owner: str) -> str | None:
    text = msgspec.json.encode(metadata)
    if len(text) > METADATA_BYTES:
        raise BadRequest(f"{owner} metadata is limited to {METADATA_BYTES} bytes in size.")
    return text.decode() if metadata else None
