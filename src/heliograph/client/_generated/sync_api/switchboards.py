# Generated from _generated/async_api/switchboards.py by tools/unasync.py. Do not edit.
"""The operations of the tag Switchboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import Empty, SwitchboardListResponse, SwitchboardResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.switchboards import SwitchboardUpdateBody


class SwitchboardsApi(Api):
    """The operations of the tag Switchboards."""

    def create_switchboard(self, app_id: str) -> SwitchboardResponse:
        """Creates the switchboard of an app, which is disabled at first.

        `POST /v2/apps/{appId}/switchboards`. Scopes: app, account.

        Raises:
            OnlyOneSwitchboard: The app already has a switchboard.
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["CreateSwitchboard"], (app_id,)), SwitchboardResponse)

    def list_switchboards(self, app_id: str) -> SwitchboardListResponse:
        """Lists the switchboard of an app, if it has one.

        `GET /v2/apps/{appId}/switchboards`. Scopes: app, account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListSwitchboards"], (app_id,)), SwitchboardListResponse)

    def update_switchboard(
        self,
        app_id: str,
        switchboard_id: str,
        body: SwitchboardUpdateBody | Mapping[str, Any] | None = None,
        *,
        enabled: bool | None = None,
        default_switchboard_integration_id: str | None = None,
    ) -> SwitchboardResponse:
        """Enables or disables a switchboard, or sets the integration that controls new conversations.

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}`. Scopes: app, account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateSwitchboard"],
                (app_id, switchboard_id),
                body,
                {"enabled": enabled, "default_switchboard_integration_id": default_switchboard_integration_id},
            ),
            SwitchboardResponse,
        )

    def delete_switchboard(self, app_id: str, switchboard_id: str) -> Empty:
        """Deletes a switchboard with its switchboard integrations. The integrations themselves are not deleted.

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}`. Scopes: app, account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteSwitchboard"], (app_id, switchboard_id)), Empty)
