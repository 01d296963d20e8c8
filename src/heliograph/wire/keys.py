"""API keys of custom integrations; those of apps are with the apps."""

from __future__ import annotations

from heliograph.wire.base import Body, DisplayName, Response

KEYS_PER_INTEGRATION = 10


class IntegrationApiKeyBody(Body):
    """A key to create."""

    display_name: DisplayName


class IntegrationApiKey(Response):
    """A key of a custom integration: as a key of an app, of integration scope."""

    id: str
    display_name: str
    secret: str


class IntegrationApiKeyResponse(Response):
    """One key."""

    key: IntegrationApiKey


class IntegrationApiKeyListResponse(Response):
    """All keys of an integration."""

    keys: list[IntegrationApiKey]
