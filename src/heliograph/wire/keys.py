"""API keys of custom integrations; those of apps are with the apps."""

from __future__ import annotations

from heliograph.wire.base import Answer, Body, DisplayName

KEYS_PER_INTEGRATION = 10


class IntegrationApiKeyBody(Body):
    """A key to create."""

    display_name: DisplayName


class IntegrationApiKey(Answer):
    """A key of a custom integration: as a key of an app, of integration scope."""

    id: str
    display_name: str
    secret: str


class IntegrationApiKeyResponse(Answer):
    """One key."""

    key: IntegrationApiKey


class IntegrationApiKeyListResponse(Answer):
    """All keys of an integration."""

    keys: list[IntegrationApiKey]
