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

        `POST /v2/apps/{appId}/switchboards`, for keys of scope app or account.

        Raises:
            OnlyOneSwitchboard: The app already has a switchboard.
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["CreateSwitchboard"], (app_id,)), SwitchboardResponse)

    def list_switchboards(self, app_id: str) -> SwitchboardListResponse:
        """Lists the switchboard of an app, if it has one.

        `GET /v2/apps/{appId}/switchboards`, for keys of scope app or account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
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

        `PATCH /v2/apps/{appId}/switchboards/{switchboardId}`, for keys of scope app or account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
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

        `DELETE /v2/apps/{appId}/switchboards/{switchboardId}`, for keys of scope app or account.

        Raises:
            SwitchboardNotFound: The switchboard does not exist in this app.
            InvalidArgument: What was given breaks a rule of the API; nothing was sent.
            ApiError: The server refused: Unauthorized, Forbidden, RateLimited, ServerError and their like.
            TransportError: No answer came: ConnectionFailed or Timeout.
            DecodeError: The answer cannot be read.
        """
        return self._client.send(build(OPERATION["DeleteSwitchboard"], (app_id, switchboard_id)), Empty)
