"""Seeds: what an app of a sandbox contains at first."""

from __future__ import annotations

from typing import Any

from msgspec import field

from heliograph.wire.base import Body, DisplayName, Metadata, Response

Entry = dict[str, Any]
"""An object of a seed. Its fields are those of the request that creates it, and some of the seed."""


class SeedBody(Body):
    """What an app contains at first. The objects refer to each other by name: users by their external id."""

    name: DisplayName | None = None
    settings: dict[str, Any] | None = None
    metadata: Metadata | None = None
    user: list[Entry] = field(default_factory=list)
    conversation: list[Entry] = field(default_factory=list)
    integration: list[Entry] = field(default_factory=list)
    inbox: dict[str, list[Any]] = field(default_factory=dict)


class SeedCounts(Response):
    """How many objects were created; those that existed are not among them."""

    users: int
    conversations: int
    integrations: int


class SeedResponse(Response):
    """The outcome of seeding an app."""

    created: SeedCounts


class SeedExportResponse(Response):
    """A seed that recreates the contents of an app."""

    seed: dict[str, Any]
