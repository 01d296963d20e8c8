"""Snapshots of the database of a sandbox."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from heliograph.wire.base import Body, Response, Time

SnapshotName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$(?!\n)")]


class SnapshotBody(Body):
    """The name under which to save the database."""

    name: SnapshotName


class Snapshot(Response):
    """A saved state of the database."""

    name: str
    created_at: Time
    size: int
    """In bytes."""


class SnapshotResponse(Response):
    """A snapshot."""

    snapshot: Snapshot


class SnapshotListResponse(Response):
    """All snapshots, by name."""

    snapshots: list[Snapshot]
