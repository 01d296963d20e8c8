"""Slow bodies: the key and the app are checked again once the body has arrived."""

from __future__ import annotations

import base64
import json
import socket
import time

import pytest

from tests.harness import Caller, Server, new_app

SECONDS = 1.2


def send_late(server: Server, caller: Caller, between: tuple[Caller, str, str]) -> int:
    """Create a user, and make another call between the two parts of its body; returns the status."""
    assert caller.auth is not None
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    body = json.dumps({"externalId": "late"}).encode()
    credential = base64.b64encode(":".join(caller.auth).encode()).decode()
    head = (
        f"POST /v2/apps/{caller.app_id}/users HTTP/1.1\r\nhost: {host}\r\nauthorization: Basic {credential}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode() + body[:5])
        time.sleep(0.2)
        owner, method, path = between
        owner.ok(method, path)
        time.sleep(SECONDS)
        connection.sendall(body[5:])
        return int(connection.recv(100).split()[1])


@pytest.mark.parametrize("path", ["", "/keys/{key}"], ids=["app", "key"])
def test_a_removal_before_the_end_of_the_body_is_401(server: Server, account: Caller, path: str) -> None:
    app = new_app(account)
    assert app.auth is not None
    removal = (account, "DELETE", f"/v2/apps/{app.app_id}{path.format(key=app.auth[0])}")
    assert send_late(server, app, removal) == 401


def test_other_requests_succeed(server: Server, account: Caller) -> None:
    app = new_app(account)
    assert send_late(server, app, (account, "GET", f"/v2/apps/{app.app_id}")) == 201
    assert app.ok("GET", "/users/late")["user"]["externalId"] == "late"
