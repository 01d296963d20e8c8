"""UpdateConversation, and the rules for the fields of a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Caller, error_of

TOO_MUCH = (400, "bad_request", "Conversation metadata is limited to 4096 bytes in size.")
SHOWN = {
    "displayName": "Crew",
    "description": "Everybody aboard",
    "iconUrl": "https://example.invalid/crew.png",
    "metadata": {"lang": "en", "size": 3},
}


@pytest.fixture
def group(api: Caller) -> str:
    """A group with all fields set."""
    return api.new_group(**SHOWN)


def shown(caller: Caller, group: str) -> dict[str, Any]:
    """The fields of the group, from GetConversation."""
    conversation = caller.ok("GET", f"/conversations/{group}")["conversation"]
    return {key: conversation[key] for key in SHOWN if key in conversation}


def test_update(api: Caller, group: str) -> None:
    """The fields in the body are changed; the response is the conversation."""
    answer = api("PATCH", f"/conversations/{group}", {"displayName": "Pirates", "metadata": {"size": 4}})
    assert answer.status_code == 200
    assert answer.json() == api.ok("GET", f"/conversations/{group}")
    assert shown(api, group) == {**SHOWN, "displayName": "Pirates", "metadata": {"lang": "en", "size": 4}}


@pytest.mark.parametrize("key", list(SHOWN))
def test_null_clears(api: Caller, group: str, key: str) -> None:
    """A cleared key is left out."""
    api.ok("PATCH", f"/conversations/{group}", {key: None})
    assert shown(api, group) == {name: value for name, value in SHOWN.items() if name != key}


def test_all_nulls(api: Caller, group: str) -> None:
    """Nothing is ever shown as null."""
    conversation = api.ok("PATCH", f"/conversations/{group}", dict.fromkeys(SHOWN))["conversation"]
    assert set(conversation) == {"id", "type", "isDefault", "createdAt", "lastUpdatedAt"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"new": True}, {"lang": "en", "size": 3, "new": True}),
        ({"lang": None}, {"size": 3}),
        ({"lang": None, "size": None}, None),
        ({}, {"lang": "en", "size": 3}),
    ],
)
def test_metadata(api: Caller, group: str, change: dict[str, Any], expected: Any) -> None:
    """metadata.1: merged key by key; null removes a key; empty metadata is left out."""
    answer = api.ok("PATCH", f"/conversations/{group}", {"metadata": change})
    assert answer["conversation"].get("metadata") == expected
    assert shown(api, group).get("metadata") == expected


@pytest.mark.parametrize(
    "body", [{}, {"type": "personal", "isDefault": True, "participants": [], "createdAt": None, "id": 5}]
)
def test_nothing_else_changes(api: Caller, group: str, body: dict[str, Any]) -> None:
    """requests.4: other keys are ignored, and lastUpdatedAt does not change."""
    before = api.ok("GET", f"/conversations/{group}")
    assert api.ok("PATCH", f"/conversations/{group}", body) == before


def test_metadata_limit(api: Caller) -> None:
    """Up to 4096 bytes of JSON; a refused update changes nothing."""
    group = api.new_group(metadata={"k": "x" * 4088})
    body = {"displayName": "Crew", "metadata": {"kk": "x"}}
    assert error_of(api("PATCH", f"/conversations/{group}", body)) == TOO_MUCH
    assert shown(api, group) == {"metadata": {"k": "x" * 4088}}
    too_much = {"type": "sdkGroup", "metadata": {"k": "x" * 4089}}
    assert error_of(api("POST", "/conversations", too_much)) == TOO_MUCH


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"displayName": ""}, "displayName should NOT be shorter than 1 characters"),
        ({"displayName": "x" * 101}, "displayName should NOT be longer than 100 characters"),
        ({"displayName": 5}, "displayName should be string"),
        ({"description": ""}, "description should NOT be shorter than 1 characters"),
        ({"description": "x" * 101}, "description should NOT be longer than 100 characters"),
        ({"iconUrl": "https://example.invalid/" + "x" * 2029}, "iconUrl should NOT be longer than 2048 characters"),
        ({"metadata": "x"}, "metadata should be object"),
        ({"metadata": {"key": {"inner": 1}}}, "metadata.key should be string or number or boolean"),
    ],
)
def test_refused(api: Caller, group: str, body: dict[str, Any], title: str) -> None:
    """The same rules on create and on update."""
    expected = (400, "bad_request", title)
    assert error_of(api("PATCH", f"/conversations/{group}", body)) == expected
    assert error_of(api("POST", "/conversations", {"type": "sdkGroup", **body})) == expected
    assert shown(api, group) == SHOWN


@pytest.mark.parametrize("length", [1, 100])
def test_lengths(api: Caller, group: str, length: int) -> None:
    """1 to 100 characters, whatever their size in bytes."""
    api.ok("PATCH", f"/conversations/{group}", {"displayName": "😀" * length, "description": "é" * length})
    assert shown(api, group) == {**SHOWN, "displayName": "😀" * length, "description": "é" * length}
