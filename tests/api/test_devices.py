"""Devices: registered as by an SDK, and listed and fetched as in the API document."""

from __future__ import annotations

import time

from tests.api.end_users import EndUser
from tests.api.event_records import events_of
from tests.harness import Caller, error_of, new_app, titles_of


def test_a_registered_device_is_shown(api: Caller) -> None:
    user = EndUser(api)
    details = {"info": {"os": "Linux"}, "pushNotificationToken": "t0", "appVersion": "1.2"}
    device = user.register("phone", **details)
    (client,) = api.ok("GET", f"/users/{user.id}/clients")["clients"]
    assert device == {
        "id": device["id"],
        "type": "web",
        "guid": "phone",
        "clientId": client["id"],
        "status": "active",
        "integrationId": user.integration_id,
        "lastSeen": device["lastSeen"],
        **details,
    }
    assert client["type"] == "sdk"
    # The SDK client was created once, with the first device.
    added = [one for one in events_of(api) if one.type == "client:add"]
    assert [(one.payload["reason"], one.payload["client"]["id"]) for one in added] == [("sdkLogin", client["id"])]
    assert api.ok("GET", f"/users/{user.id}/devices/{device['id']}") == {"device": device}
    assert api.ok("GET", f"/users/{user.id}/devices") == {"devices": [device, user.device]}


def test_a_device_that_is_registered_again_is_refreshed_and_listed_first(api: Caller) -> None:
    user = EndUser(api)
    user.register("phone", appVersion="1")
    time.sleep(0.002)  # times have a precision of milliseconds
    again = user.register("browser", status="inactive")
    assert again["id"] == user.device["id"]
    assert again["status"] == "inactive"
    assert [one["guid"] for one in api.ok("GET", f"/users/{user.id}/devices")["devices"]] == ["browser", "phone"]


def test_unknown_ids_are_404_and_invalid_fields_are_400(api: Caller, account: Caller) -> None:
    user, stranger = EndUser(api), EndUser(new_app(account))
    body = {"type": "web", "integrationId": user.integration_id}
    path = f"{user.path}/users/{user.id}/devices/browser"
    for method, where, given, error in (
        ("GET", "/users/unknown/devices", None, (404, "user_not_found", "User not found")),
        ("GET", f"/users/{user.id}/devices/unknown", None, (404, "device_not_found", "Device not found")),
        ("GET", f"/users/{stranger.id}/devices", None, (404, "user_not_found", "User not found")),
        (
            "GET",
            f"/users/{user.id}/devices/{stranger.device['id']}",
            None,
            (404, "device_not_found", "Device not found"),
        ),
        ("PUT", path.replace(user.id, "unknown"), body, (404, "user_not_found", "User not found")),
        (
            "PUT",
            path,
            {**body, "integrationId": stranger.integration_id},
            (404, "integration_not_found", "Integration not found"),
        ),
    ):
        assert error_of(api(method, where, given)) == error, (method, where)
    assert titles_of(api("PUT", path, {**body, "type": "ios"})) == [
        "integrationId should be of an integration for devices of type ios"
    ]


def test_devices_after_deleting_personal_information_integration_and_user(api: Caller) -> None:
    user = EndUser(api)
    user.register("browser", info={"os": "Linux"}, pushNotificationToken="t0")
    api.ok("DELETE", f"/users/{user.id}/personalinformation")
    (device,) = api.ok("GET", f"/users/{user.id}/devices")["devices"]
    assert "info" not in device
    assert "pushNotificationToken" not in device
    api.ok("DELETE", f"/integrations/{user.integration_id}")
    (device,) = api.ok("GET", f"/users/{user.id}/devices")["devices"]
    assert device["status"] == "inactive"
    api.ok("DELETE", f"/users/{user.id}")
    assert error_of(api("GET", f"/users/{user.id}/devices"))[0] == 404
