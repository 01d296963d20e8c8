"""Redacted messages and payloads have only known fields, and a pseudonym."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from heliograph.domain.redaction import Redaction

ADA, GUEST, BOB, PSEUDONYM = "a" * 24, "b" * 24, "c" * 24, "f" * 24
GROUP, PERSONAL = "d" * 24, "e" * 24
REDACTION = Redaction(frozenset({ADA, GUEST}), PSEUDONYM, frozenset({PERSONAL}))
SECRET = "secret"
USER = {"id": PSEUDONYM, "authenticated": False}
EMPTY = {"type": "text", "text": ""}


def author(user: str | None = ADA) -> dict[str, Any]:
    """An author with all possible fields."""
    if user is None:
        return {"type": "business", "displayName": SECRET, "avatarUrl": SECRET}
    about = {"id": user, "authenticated": True, "externalId": SECRET, "profile": {"surname": SECRET}}
    return {"type": "user", "subtypes": ["bot"], "userId": user, "displayName": SECRET, "avatarUrl": SECRET,
            "user": about}  # fmt: skip


def message(user: str | None = ADA, **more: Any) -> dict[str, Any]:
    """A message with all possible fields."""
    return {
        "id": "1" * 24,
        "received": "2026-11-22T15:43:17.120Z",
        "author": author(user),
        "content": {"type": "image", "mediaUrl": SECRET, "text": SECRET},
        "source": {"type": "web", "integrationId": "2" * 24, "client": {"raw": SECRET}, "device": {"info": SECRET}},
        "metadata": {SECRET: SECRET},
        **more,
    }


def payload(given: dict[str, Any], conversation: str = GROUP) -> Any:
    """A redacted payload."""
    return json.loads(bytes(REDACTION.payload(Raw(json.dumps(given).encode()), conversation)[0]))


@pytest.mark.parametrize("user", [ADA, GUEST])
def test_messages_of_the_person(user: str) -> None:
    """Place and shape stay, also for messages of users that were merged into the person."""
    shown, is_own = REDACTION.message(Raw(json.dumps(message(user)).encode()))
    assert is_own
    assert json.loads(bytes(shown)) == {
        "id": "1" * 24,
        "received": "2026-11-22T15:43:17.120Z",
        "author": {"type": "user", "subtypes": ["bot"], "userId": PSEUDONYM, "user": USER},
        "content": EMPTY,
        "source": {"type": "web"},
        "deleted": True,
    }


def test_copies_in_messages_of_others() -> None:
    """Only the quoted copy is emptied."""
    quoting = message(BOB, quotedMessage={"type": "message", "message": message()})
    shown, is_own = REDACTION.message(Raw(json.dumps(quoting).encode()))
    left = json.loads(bytes(shown))
    assert not is_own
    assert left.pop("quotedMessage")["message"]["content"] == EMPTY
    assert left == message(BOB)


def test_external_copies_stay() -> None:
    quoting = message(BOB, quotedMessage={"type": "externalMessageId", "externalMessageId": "7"})
    shown, _ = REDACTION.message(Raw(json.dumps(quoting).encode()))
    assert json.loads(bytes(shown)) == quoting


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"user": {"id": ADA, "externalId": SECRET}}, {"user": USER}),
        (
            {"user": {"id": ADA}, "postback": {"payload": SECRET, "metadata": {SECRET: SECRET}}},
            {"user": USER, "postback": {"payload": ""}},
        ),
        (
            {"user": {"id": ADA}, "referral": {"code": SECRET, "details": {SECRET: SECRET}}},
            {"user": USER, "referral": {"code": ""}},
        ),
        (
            {"user": {"id": ADA}, "reason": "sdkLogin", "client": {"id": "3", "type": "sdk", "displayName": SECRET}},
            {"user": USER, "reason": "sdkLogin", "client": {"id": "3", "type": "sdk"}},
        ),
        (
            {"user": {"id": ADA}, "destination": {"type": SECRET}, "error": {"code": SECRET, "message": SECRET}},
            {"user": USER, "destination": {"type": ""}, "error": {"code": "", "message": ""}},
        ),
        (
            {"activity": {"type": "conversation:read", "source": {"type": "web"}, "author": author()}},
            {
                "activity": {
                    "type": "conversation:read",
                    "source": {"type": "web"},
                    "author": {"type": "user", "subtypes": ["bot"], "userId": PSEUDONYM, "user": USER},
                }
            },
        ),
        ({"user": {"id": ADA}, "somethingNew": {"name": SECRET}}, {"user": USER}),
        ({"message": message(), "recentNotifications": [message(None)]}, None),
    ],
)
def test_payloads_about_the_person(given: dict[str, Any], left: dict[str, Any] | None) -> None:
    """Unknown fields are left out."""
    shown = payload({"conversation": {"id": GROUP, "type": "sdkGroup", "metadata": {"of": "the group"}}, **given})
    assert shown.pop("conversation")["metadata"] == {"of": "the group"}
    if left is not None:
        assert shown == left
    else:
        assert shown["message"]["content"] == EMPTY


def test_payloads_of_personal_conversations() -> None:
    """Payloads about the business are redacted too, with the metadata of switchboards and of the conversation."""
    shown = payload(
        {
            "conversation": {"id": PERSONAL, "type": "personal", "metadata": {SECRET: SECRET}},
            "message": message(None),
            "metadata": {SECRET: SECRET},
        },
        PERSONAL,
    )
    assert SECRET not in json.dumps(shown)
    assert shown["message"]["author"] == {"type": "business"}


def test_payloads_about_others() -> None:
    """Only ids in the texts are replaced."""
    given = {"conversation": {"id": GROUP, "type": "sdkGroup"}, "message": message(BOB, metadata={"about": ADA})}
    shown = payload(given)
    assert shown["message"].pop("metadata") == {"about": PSEUDONYM}
    assert shown["message"] == {key: one for key, one in message(BOB).items() if key != "metadata"}
