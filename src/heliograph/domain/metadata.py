"""Metadata: a flat JSON object of up to 4096 bytes, merged key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw, UnsetType

from heliograph.errors import BadRequest
from heliograph.wire.base import METADATA_BYTES, Metadata


def without_nulls(metadata: Metadata | None, owner: str) -> dict[str, Any] | None:
    """The metadata of a create body without null values; None if that is empty. The error names the `owner`.

    Raises:
        BadRequest: it is too large.
    """
    left = {key: value for key, value in (metadata or {}).items() if value is not None}
    _encoded(left, owner)
    return left or None


def encoded(metadata: Metadata | None, owner: str) -> Raw | None:
    """The result of `without_nulls` as JSON, for metadata that is only stored and shown.

    Raises:
        BadRequest: it is too large.
    """
    left = {key: value for key, value in (metadata or {}).items() if value is not None}
    return Raw(_encoded(left, owner)) if left else None


def merged(stored: dict[str, Any] | None, change: Metadata | UnsetType | None, owner: str) -> dict[str, Any] | None:
    """The metadata after an update: absent metadata changes nothing, null clears it, a null value removes its key.

    Raises:
        BadRequest: it is too large.
    """
    if isinstance(change, UnsetType):
        return stored
    return without_nulls({**(stored or {}), **change}, owner) if change is not None else None


def combined(stored: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Add the keys of `other` that the stored metadata lacks, as far as they fit, in their order. Returns the combined
    metadata, and the keys that do not fit."""
    kept, left = dict(stored), dict[str, Any]()
    size = len(msgspec.json.encode(kept))
    for key, value in other.items():
        if key in kept:
            continue
        # A comma takes the place of the two braces.
        added = len(msgspec.json.encode({key: value})) - (1 if kept else 2)
        fits = size + added <= METADATA_BYTES
        (kept if fits else left)[key] = value
        size += added if fits else 0
    return kept, left


def _encoded(metadata: dict[str, Any], owner: str) -> bytes:
    text = msgspec.json.encode(metadata)
    if len(text) > METADATA_BYTES:
        raise BadRequest(f"{owner} metadata is limited to {METADATA_BYTES} bytes in size.")
    return text
