"""Devices: the browsers and phones on which a user runs an SDK."""

from __future__ import annotations

from typing import Any, Literal

from heliograph.wire.base import Body, Id, Response, Time

DeviceType = Literal["android", "ios", "web"]
DeviceStatus = Literal["active", "inactive"]
ACTIVE: DeviceStatus = "active"


class DeviceBody(Body):
    """A device to register: what an SDK on it would report."""

    type: DeviceType
    integration_id: str
    info: dict[str, Any] | None = None
    push_notification_token: str | None = None
    app_version: str | None = None
    status: DeviceStatus | None = None


class Device(Response):
    """A browser or a phone of a user."""

    id: Id
    type: DeviceType
    guid: str
    client_id: Id
    status: DeviceStatus
    integration_id: str
    last_seen: Time
    push_notification_token: str | None = None
    info: dict[str, Any] | None = None
    app_version: str | None = None


class DeviceResponse(Response):
    """One device."""

    device: Device


class DeviceListResponse(Response):
    """All devices of a user, most recently seen first."""

    devices: list[Device]
