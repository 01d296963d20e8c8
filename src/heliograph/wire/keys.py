"""API keys of custom integrations, and keys without secrets. The keys of apps are in `apps`."""

from __future__ import annotations

from heliograph.wire.base import Body, DisplayName, Id, Response, Time

KEYS_PER_INTEGRATION = 10


class IntegrationApiKeyBody(Body):
    """A key to create."""

    display_name: DisplayName


class IntegrationApiKey(Response):
    """A key of a custom integration, with integration scope."""

    id: str
    display_name: str
    secret: str


class IntegrationApiKeyResponse(Response):
    """One key."""

    key: IntegrationApiKey


class IntegrationApiKeyListResponse(Response):
    """All keys of an integration."""

    keys: list[IntegrationApiKey]


class Key(Response):
    """A key of an app, or of an integration if it has an `integration_id`.

    `last_used_at` is missing if the key was never used. A use is stored within a minute.
    """

    id: str
    display_name: str
    created_at: Time
    integration_id: Id | None = None
    last_used_at: Time | None = None


class KeyListResponse(Response):
    """The keys of an app or of an integration, oldest first."""

    keys: list[Key]
