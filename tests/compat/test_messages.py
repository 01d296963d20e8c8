"""Messages and activities with every official client."""

from __future__ import annotations

from typing import Any

from tests.compat.official import PYTHON_16, Official
from tests.harness import Caller

ADA = {"type": "user", "userExternalId": "ada"}
COUNT = 103


def text(words: str) -> dict[str, str]:
    """A text content."""
    return {"type": "text", "text": words}


def test_messages_are_posted_listed_and_deleted(client: Official, api: Caller) -> None:
    group = api.new_group(api.new_user("ada"), api.new_user("bob"))
    business = {"type": "business", "displayName": "Grace"}
    # Release 16 cannot read metadata in a response.
    metadata = None if client.name == PYTHON_16 else {"lang": "en"}
    made: list[Any] = []
    for author, words in ((business, "Hello"), (ADA, "Été")):
        reply = client.ok("post_message", conversationId=group, author=author, content=text(words), metadata=metadata)
        made += reply["messages"]
    stored = api.ok("GET", f"/conversations/{group}/messages")["messages"]
    assert [one["id"] for one in made] == [one["id"] for one in stored]
    for shown, one in zip(made, stored, strict=True):
        assert shown.get("metadata") == one.get("metadata") == metadata
        assert shown["author"]["type"] == one["author"]["type"]
        assert shown["source"]["type"] == "api:conversations"
    assert api.unread(group) == [0, 2]
    assert client.ok("list_messages", conversationId=group)["messages"] == made
    client.ok("post_activity", conversationId=group, author=ADA | {"userExternalId": "bob"}, type="conversation:read")
    client.ok("post_activity", conversationId=group, author={"type": "business"}, type="typing:start")
    assert api.unread(group) == [0, 0]
    client.ok("delete_message", conversationId=group, messageId=made[0]["id"])
    assert client.ok("list_messages", conversationId=group)["messages"] == made[1:]
    client.ok("delete_all_messages", conversationId=group)
    assert client.ok("list_messages", conversationId=group)["messages"] == []


def test_the_history_page_by_page(client: Official, api: Caller) -> None:
    group = api.new_group()
    said = [api.say(group, str(number))["id"] for number in range(COUNT)]
    newest = client.ok("list_messages", conversationId=group)
    assert [one["id"] for one in newest["messages"]] == said[-100:]
    assert newest["meta"]["hasMore"] is True
    page = {"before": newest["meta"]["beforeCursor"]}
    oldest = client.ok("list_messages", conversationId=group, page=page)
    assert [one["id"] for one in oldest["messages"]] == said[:-100]
    assert oldest["meta"]["hasMore"] is False


def test_refusals(client: Official, api: Caller) -> None:
    group = api.new_group()
    api.new_user("ada")
    refused = client.error("post_message", conversationId=group, author=ADA, content=text("Hello"))
    assert refused == (404, "not_found", "User is not a member of the conversation")
