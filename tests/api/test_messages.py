"""Posting messages: what is answered, what is stored, who has what unread."""

from __future__ import annotations

import pytest

from tests.harness import Caller


@pytest.fixture
def group(api: Caller) -> str:
    """A group with ada and bob in it."""
    return api.new_group(api.new_user("ada"), api.new_user("bob"))


def test_a_message_of_the_business_is_unread_by_everybody(api: Caller, group: str) -> None:
    body = {"author": {"type": "business", "displayName": "Grace"}, "content": {"type": "text", "text": "Hello"}}
    answer = api("POST", f"/conversations/{group}/messages", body)
    assert answer.status_code == 201
    (message,) = answer.json()["messages"]
    assert set(message) == {"id", "received", "author", "content", "source"}
    assert message["author"] == {"type": "business", "displayName": "Grace"}
    assert message["content"] == {"type": "text", "text": "Hello"}
    assert message["source"] == {"type": "api:conversations"}
    assert [one["unreadCount"] for one in api.participants(group)] == [1, 1]
    conversation = api.ok("GET", f"/conversations/{group}")["conversation"]
    assert conversation["lastUpdatedAt"] == message["received"] >= conversation["createdAt"]
    assert api.ok("GET", f"/conversations/{group}/messages") == {"messages": [message], "meta": {"hasMore": False}}


def test_a_message_of_a_user_is_read_by_its_author(api: Caller, group: str) -> None:
    body = {"author": {"type": "user", "userExternalId": "ada"}, "content": {"type": "text", "text": "Hello"}}
    (message,) = api.ok("POST", f"/conversations/{group}/messages", body)["messages"]
    ada, bob = api.participants(group)
    assert message["author"] == {"type": "user", "userId": ada["userId"]}
    assert (ada["unreadCount"], ada["lastRead"]) == (0, message["received"])
    assert (bob["unreadCount"], "lastRead" in bob) == (1, False)
