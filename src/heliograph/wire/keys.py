"""API keys of custom integrations. Those of apps are in `apps`."""

from __future__ import annotations

from heliograph.wire.base import Body, DisplayName, Response

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
