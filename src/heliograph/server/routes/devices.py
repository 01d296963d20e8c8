"""Devices."""

from __future__ import annotations

from heliograph.domain import devices
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.devices import DeviceBody, DeviceListResponse, DeviceResponse
from heliograph.wire.paths import DeviceGuidPath, DevicePath, UserPath
from heliograph.wire.table.extensions.end_users import REGISTER_DEVICE
from heliograph.wire.table.v2.users import GET_DEVICE, LIST_DEVICES


@handles(REGISTER_DEVICE)
async def register(request: Request[DeviceGuidPath, DeviceBody]) -> DeviceResponse:
    path = request.path
    device = await devices.register(
        request.store, request.tenant, path.user_id_or_external_id, request.brand_id, path.guid, request.body
    )
    return DeviceResponse(device=device)


@handles(LIST_DEVICES)
async def list_devices(request: Request[UserPath, None]) -> DeviceListResponse:
    found = await devices.of_user(request.store, request.tenant, request.path.user_id_or_external_id, request.brand_id)
    return DeviceListResponse(devices=found)


@handles(GET_DEVICE)
async def get(request: Request[DevicePath, None]) -> DeviceResponse:
    path = request.path
    device = await devices.get(
        request.store, request.tenant, path.user_id_or_external_id, request.brand_id, path.device_id
    )
    return DeviceResponse(device=device)
