"""requests.1: which of several errors of a request is reported.

The order is credentials, app and scope, syntax of the request, conversation, its type, user, membership, limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness import Auth, Caller, error_of, new_app

UNKNOWN = "0123456789abcdef01234567"
JOIN, LEAVE, LIST = ("POST", "join"), ("POST", "leave"), ("GET", "participants?page[size]=0")
CALLS = pytest.mark.parametrize(("method", "verb"), [JOIN, LEAVE, LIST])
CHANGES = pytest.mark.parametrize("verb", ["join", "leave"])


@dataclass
class Scene:
    """A group, a personal conversation, and a user who is in neither."""

    group: str
    personal: str
    stranger: str


@pytest.fixture
def scene(api: Caller) -> Scene:
    """The scene in the fresh app."""
    members = [{"userId": api.new_user()}]
    personal = api.ok("POST", "/conversations", {"type": "personal", "participants": members})["conversation"]["id"]
    return Scene(api.new_group(), personal, api.new_user())


def who(user_id: str) -> dict[str, Any]:
    """A body that is valid for join and for leave."""
    return {"userId": user_id, "subscribeSDKClient": True}


@pytest.mark.one_engine
@CALLS
@pytest.mark.parametrize("auth", [None, ("app_" + UNKNOWN, "secret")])
def test_credentials_come_first(api: Caller, method: str, verb: str, auth: Auth | None) -> None:
    """401 takes precedence over all other errors."""
    answer = api(method, f"/v2/apps/{UNKNOWN}/conversations/x/{verb}", {} if method == "POST" else None, auth=auth)
    assert error_of(answer) == (401, "unauthorized", "Authorization is required")


@CALLS
def test_app_comes_before_syntax(api: Caller, account: Caller, method: str, verb: str) -> None:
    """The key of another app (credentials.4), and the account's key with an unknown app (credentials.5)."""
    body: Any = {} if method == "POST" else None
    theirs = api(method, f"/v2/apps/{new_app(account).app_id}/conversations/x/{verb}", body)
    assert error_of(theirs) == (403, "forbidden", "Forbidden")
    nowhere = account(method, f"/v2/apps/{UNKNOWN}/conversations/x/{verb}", body)
    assert error_of(nowhere) == (404, "app_not_found", "App not found")


@CALLS
def test_syntax_comes_before_the_conversation(api: Caller, method: str, verb: str) -> None:
    """An empty body, or a page size of 0, in an unknown conversation."""
    answer = api(method, f"/conversations/{UNKNOWN}/{verb}", {} if method == "POST" else None)
    assert answer.status_code == 400


def test_scope_comes_before_syntax(api: Caller) -> None:
    """An app's key may not create apps, even with an invalid body."""
    assert error_of(api("POST", "/v2/apps", {"displayName": 5})) == (403, "forbidden", "Forbidden")


@CHANGES
def test_conversation_comes_before_the_user(api: Caller, verb: str) -> None:
    """An unknown user in an unknown conversation."""
    answer = api("POST", f"/conversations/{UNKNOWN}/{verb}", who(UNKNOWN))
    assert error_of(answer) == (404, "conversation_not_found", "Conversation not found")


@CHANGES
def test_type_comes_before_the_user(api: Caller, scene: Scene, verb: str) -> None:
    """An unknown user in a personal conversation."""
    status, code, title = error_of(api("POST", f"/conversations/{scene.personal}/{verb}", who(UNKNOWN)))
    assert (status, code) == (400, "bad_request")
    assert "sdkGroup" in title


def test_type_comes_before_membership(api: Caller, scene: Scene) -> None:
    """Another user in a personal conversation."""
    status, _, title = error_of(api("POST", f"/conversations/{scene.personal}/leave", who(scene.stranger)))
    assert status == 400
    assert "sdkGroup" in title


def test_user_comes_before_membership(api: Caller, scene: Scene) -> None:
    """Leaving: an unknown user, and a user who is not a member."""
    path = f"/conversations/{scene.group}/leave"
    assert error_of(api("POST", path, who(UNKNOWN))) == (404, "user_not_found", "User not found")
    not_a_member = (404, "not_found", "User is not a member of the conversation")
    assert error_of(api("POST", path, who(scene.stranger))) == not_a_member


def test_user_and_membership_come_before_the_limit(other: Caller) -> None:
    """Joining a full group: an unknown user, a member, and another user."""
    users = [other.new_user() for _ in range(4)]
    path = f"/conversations/{other.new_group(*users[:3])}/join"
    assert error_of(other("POST", path, who(UNKNOWN))) == (404, "user_not_found", "User not found")
    assert other("POST", path, who(users[0])).status_code == 201
    assert error_of(other("POST", path, who(users[3]))) == (400, "bad_request", "Too many participants")


def test_metadata_limit_comes_before_the_user(api: Caller) -> None:
    """Creating a conversation: the size of the metadata is syntax."""
    body = {"type": "personal", "participants": [{"userId": UNKNOWN}], "metadata": {"key": "x" * 5000}}
    answer = api("POST", "/conversations", body)
    assert error_of(answer) == (400, "bad_request", "Conversation metadata is limited to 4096 bytes in size.")


def test_metadata_limit_comes_before_the_conflict(api: Caller) -> None:
    """Creating a user who already exists: the size of the metadata is syntax."""
    api.new_user("ada")
    answer = api("POST", "/users", {"externalId": "ada", "metadata": {"key": "x" * 5000}})
    assert error_of(answer) == (400, "bad_request", "User metadata is limited to 4096 bytes in size.")
