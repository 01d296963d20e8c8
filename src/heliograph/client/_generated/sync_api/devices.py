# Generated from _generated/async_api/devices.py by tools/unasync.py. Do not edit.
"""The operations of the tag Devices."""

from __future__ import annotations

from heliograph.client._generated.models import DeviceListResponse, DeviceResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api


class DevicesApi(Api):
    """The operations of the tag Devices."""

    def list_devices(
        self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None
    ) -> DeviceListResponse:
        """Lists the devices of a user, most recently seen first.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/devices`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListDevices"], (app_id, user_id_or_external_id), query={"brandId": brand_id}),
            DeviceListResponse,
        )

    def get_device(
        self, app_id: str, user_id_or_external_id: str, device_id: str, *, brand_id: str | None = None
    ) -> DeviceResponse:
        """Fetches a device of a user.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/devices/{deviceId}`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            DeviceNotFound: The user does not have this device.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["GetDevice"], (app_id, user_id_or_external_id, device_id), query={"brandId": brand_id}),
            DeviceResponse,
        )
