"""Logs a guest in, synchronizes the user with Zendesk Support, and merges two users.

python examples/users.py http://127.0.0.1:8080 APP_ID KEY_ID KEY_SECRET
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.request
from typing import Any

from heliograph import BasicAuth, Client


class Sandbox:
    """The sandbox calls of an app, which are not part of the official API."""

    def __init__(self, url: str, app_id: str, key_id: str, secret: str) -> None:
        self._base = f"{url}/heliograph/v1/apps/{app_id}"
        self._auth = base64.b64encode(f"{key_id}:{secret}".encode()).decode()

    def login(self, user: str, **values: str) -> Any:
        """Log a user in; returns the user."""
        return self._call("POST", f"/users/{user}/login", values)["user"]

    def put_support_user(self, zendesk_id: str, **values: str) -> None:
        """Store a user as Zendesk Support would report it."""
        self._call("PUT", f"/supportUsers/{zendesk_id}", values)

    def _call(self, method: str, path: str, body: dict[str, str]) -> Any:
        headers = {"authorization": f"Basic {self._auth}", "content-type": "application/json"}
        request = urllib.request.Request(self._base + path, json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)


def log_in_a_guest(client: Client, sandbox: Sandbox, app_id: str) -> str:
    """Log in a guest who has an unread message; returns the id of the user."""
    guest = client.users.create_user(app_id, {}).user.id
    body = {"type": "personal", "participants": [{"userId": guest}]}
    conversation = client.conversations.create_conversation(app_id, body).conversation.id
    content = {"type": "text", "text": "How can we help?"}
    client.messages.post_message(app_id, conversation, {"author": {"type": "business"}, "content": content})
    print("the guest has 1 unread message")
    client.users.create_user(app_id, {"externalId": "ada-5f2c"})
    user = sandbox.login(guest, externalId="ada-5f2c", email="ada@example.org", givenName="Ada", zendeskId="35436")
    (participant,) = client.participants.list_participants(app_id, conversation).participants
    assert participant.user_id == user["id"] != guest
    authenticated = "authenticated" if user["authenticated"] else "not authenticated"
    print(f"after the login: {user['profile']['givenName']}, {authenticated}, unread {participant.unread_count}")
    return str(user["id"])


def synchronize(client: Client, sandbox: Sandbox, app_id: str) -> None:
    """Find the user by email, and take over a new name and address from Support."""
    (found,) = client.users.list_users(app_id, identities_email="ada@example.org").users
    print(f"found by email: {found.profile.given_name}")
    sandbox.put_support_user("35436", surname="Lovelace", email="ada.lovelace@example.org")
    user = client.users.sync_user(app_id, "35436").user
    (identity,) = user.identities
    print(f"after the synchronization: {user.profile.given_name} {user.profile.surname}, {identity.value}")


def merge(client: Client, sandbox: Sandbox, app_id: str, user_id: str) -> None:
    """Merge two users of the app, after Support has merged the corresponding users."""
    other = client.users.create_user(app_id, {"profile": {"givenName": "Augusta"}}).user.id
    sandbox.login(other, zendeskId="35437", email="augusta@example.org")
    user = client.users.sync_user(app_id, "35436", {"survivingZendeskId": "35437"}).user
    assert user.id == other != user_id
    again = client.users.sync_user(app_id, "35436", {"survivingZendeskId": "35437"}).user
    assert again.id == other
    addresses = ", ".join(identity.value for identity in user.identities)
    print(f"after the merge: {user.profile.given_name} {user.profile.surname}, {addresses}")


def main() -> None:
    """Run the steps of the guide."""
    url, app_id, key_id, secret = sys.argv[1:]
    sandbox = Sandbox(url, app_id, key_id, secret)
    with Client(url, auth=BasicAuth(key_id, secret)) as client:
        user_id = log_in_a_guest(client, sandbox, app_id)
        synchronize(client, sandbox, app_id)
        merge(client, sandbox, app_id, user_id)


if __name__ == "__main__":
    main()
