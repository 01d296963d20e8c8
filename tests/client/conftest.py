"""Clients of the server of the run, each in an app of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from heliograph import BasicAuth, Client
from tests.harness import Caller


@dataclass
class Place:
    """An app with a group in it, and a client with the app's key."""

    client: Client
    app_id: str
    group: str
    auth: BasicAuth
    url: str

    def new_user(self, external_id: str | None = None) -> str:
        """Create a user; returns the id."""
        return self.client.users.create_user(self.app_id, external_id=external_id).user.id

    def members(self) -> list[str]:
        """The ids of the users in the group."""
        return [one.user_id for one in self.client.participants.iter_participants(self.app_id, self.group)]


@pytest.fixture
def place(api: Caller) -> Iterator[Place]:
    """A fresh app."""
    assert api.auth is not None
    auth = BasicAuth(*api.auth)
    with Client(api.url, auth=auth) as client:
        group = client.conversations.create_conversation(api.app_id, type="sdkGroup").conversation.id
        yield Place(client, api.app_id, group, auth, api.url)
