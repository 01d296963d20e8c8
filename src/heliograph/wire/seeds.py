"""Seeds: the initial contents of an app of a sandbox."""

from __future__ import annotations

from typing import Any

from heliograph.wire.base import Body, DisplayName, Metadata, Response

Entry = dict[str, Any]
"""An object of a seed. It has the fields of the request that creates it, and some fields of the seed format."""


class SeedBody(Body):
    """What an app contains at first. The objects refer to each other by name: users by their external id."""

    name: DisplayName | None = None
    settings: dict[str, Any] | None = None
    metadata: Metadata | None = None
    user: list[Entry] | None = None
    conversation: list[Entry] | None = None
    integration: list[Entry] | None = None
    inbox: dict[str, list[Any]] | None = None


class SeedCounts(Response):
    """How many objects were created; those that existed are not among them."""

    users: int
    conversations: int
    integrations: int


class SeedResponse(Response):
    """The outcome of seeding an app, and the ids of the conversations and integrations of the seed by their names."""

    created: SeedCounts
    conversations: dict[str, str]
    integrations: dict[str, str]


class SeedExportResponse(Response):
    """A seed that recreates the contents of an app."""

    seed: dict[str, Any]
