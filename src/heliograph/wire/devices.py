"""Devices: the browsers and phones on which a user runs an SDK."""

from __future__ import annotations

from typing import Any, Literal

from heliograph.wire.base import Id, Response, Time


class Device(Response):
    """A browser or a phone of a user."""

    id: Id
    type: Literal["android", "ios", "web"]
    guid: str
    client_id: Id
    status: Literal["active", "inactive"]
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
