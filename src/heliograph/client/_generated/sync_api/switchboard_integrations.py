# Generated from _generated/async_api/switchboard_integrations.py by tools/unasync.py. Do not edit.
"""The operations of the tag Switchboard Integrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import (
    Empty,
    SwitchboardIntegrationListResponse,
    SwitchboardIntegrationResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.switchboards import SwitchboardIntegrationCreateBody, SwitchboardIntegrationUpdateBody


class SwitchboardIntegrationsApi(Api):
    """The operations of the tag Switchboard Integrations."""

    def create_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        body: SwitchboardIntegrationCreateBody | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        integration_id: str | None = None,
        integration_type: str | None = None,
        deliver_standby_events: bool | None = None,
        next_switchboard_integration_id: str | None = None,
        message_history_count: int | None = None,
    ) -> SwitchboardIntegrationResponse:
        """Adds an integration to a switchboard, which can have up to 10.

        `POST /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations`. Scopes: app, account.

        Raises:
            TooManySwitchboardIntegrations: The switchboard has the maximum number of integrations.
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateSwitchboardIntegration"],
                (app_id, switchboard_id),
                body,
                {
                    "name": name,
                    "integration_id": integration_id,
                    "integration_type": integration_type,
                    "deliver_standby_events": deliver_standby_events,
                    "next_switchboard_integration_id": next_switchboard_integration_id,
                    "message_history_count": message_history_count,
                },
            ),
            SwitchboardIntegrationResponse,
        )

    def list_switchboard_integrations(self, app_id: str, switchboard_id: str) -> SwitchboardIntegrationListResponse:
        """Lists the integrations of a switchboard.

        `GET /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations`. Scopes: app, account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListSwitchboardIntegrations"], (app_id, switchboard_id)),
            SwitchboardIntegrationListResponse,
        )

    def update_switchboard_integration(
        self,
        app_id: str,
        switchboard_id: str,
        switchboard_integration_id: str,
        body: SwitchboardIntegrationUpdateBody | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        integration_id: str | None = None,
        integration_type: str | None = None,
        deliver_standby_events: bool | None = None,
        next_switchboard_integration_id: str | None = None,
        message_history_count: int | None = None,
    ) -> SwitchboardIntegrationResponse:
        """Changes the given fields. Null clears a field.

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}`.
        Scopes: app, account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            SwitchboardIntegrationNotFound: The integration does not exist in the switchboard.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateSwitchboardIntegration"],
                (app_id, switchboard_id, switchboard_integration_id),
                body,
                {
                    "name": name,
                    "integration_id": integration_id,
                    "integration_type": integration_type,
                    "deliver_standby_events": deliver_standby_events,
                    "next_switchboard_integration_id": next_switchboard_integration_id,
                    "message_history_count": message_history_count,
                },
            ),
            SwitchboardIntegrationResponse,
        )

    def delete_switchboard_integration(
        self, app_id: str, switchboard_id: str, switchboard_integration_id: str
    ) -> Empty:
        """Removes an integration from a switchboard, unless it is the default, or the next one of another integration.

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}/switchboardIntegrations/{switchboardIntegrationId}`.
        Scopes: app, account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            SwitchboardIntegrationNotFound: The integration does not exist in the switchboard.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["DeleteSwitchboardIntegration"], (app_id, switchboard_id, switchboard_integration_id)),
            Empty,
        )
