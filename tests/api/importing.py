"""Records for imports, with ids in the format of the hosted service."""

from __future__ import annotations

from typing import Any

from tests.api.sandbox import extension
from tests.harness import Caller

MARCH = 0x67C8A000
"""A time in March 2025, in seconds."""


def old_id(number: int, seconds: int = MARCH) -> str:
    """An id in the format of the hosted service: seconds, then bytes in no particular order."""
    return f"{seconds + number:08x}f0305f4a{number * 0x9E3779B1 % (1 << 32):08x}"


def user_of(number: int, **fields: Any) -> dict[str, Any]:
    """The record of a user."""
    shown = {
        "id": old_id(number),
        "authenticated": False,
        "signedUpAt": "2025-03-05T19:10:08.152Z",
        "profile": {"givenName": f"User {number}", "localeOrigin": "account"},
        "metadata": {"plan": "pro"},
        "identities": [],
        **fields,
    }
    return {"kind": "user", "user": shown}


def group_of(number: int, **fields: Any) -> dict[str, Any]:
    """The record of a group."""
    shown = {
        "id": old_id(number),
        "type": "sdkGroup",
        "isDefault": False,
        "lastUpdatedAt": "2025-03-06T10:00:00.000Z",
        "createdAt": "2025-03-05T20:00:00.000Z",
        "displayName": "Crew",
        **fields,
    }
    return {"kind": "conversation", "conversation": shown}


def participant_of(group: int, number: int, user: int, **fields: Any) -> dict[str, Any]:
    """The record of a participant."""
    shown = {"id": old_id(number), "userId": old_id(user), "unreadCount": 0, "clientAssociations": [], **fields}
    return {"kind": "participant", "conversationId": old_id(group), "participant": shown}


def message_of(group: int, number: int, **fields: Any) -> dict[str, Any]:
    """The record of a message."""
    shown = {
        "id": old_id(number),
        "received": "2025-03-06T10:00:00.000Z",
        "author": {"type": "business", "displayName": "Support"},
        "content": {"type": "text", "text": f"Message {number}"},
        "source": {"type": "zd:agentWorkspace"},
        **fields,
    }
    return {"kind": "message", "conversationId": old_id(group), "message": shown}


def put(api: Caller, *records: Any) -> Any:
    """Import records; returns the response."""
    return api.ok("POST", extension(api, "/import"), {"records": records})


def counts(answer: Any) -> tuple[int, int, int, int]:
    """How many records were created, updated, unchanged and refused."""
    return answer["created"], answer["updated"], answer["unchanged"], len(answer["refused"])


def titles(answer: Any) -> list[str]:
    """The titles of the errors of the refused records."""
    return [title for one in answer["refused"] for title in one["titles"]]


def add_client(api: Caller, user_id: str, client_id: str, type: str = "twilio", **fields: Any) -> Any:
    """Import a client of any channel, with personal information, for the user; returns it."""
    client = {
        "id": client_id,
        "type": type,
        "status": "active",
        "linkedAt": "2020-09-13T12:26:40.000Z",
        "displayName": "Ada",
        "avatarUrl": "https://example.invalid/ada.png",
        "info": {"city": "London"},
        "raw": {"number": "+44"},
        **fields,
    }
    assert counts(put(api, {"kind": "client", "userId": user_id, "client": client})) == (1, 0, 0, 0)
    return client


def associate(api: Caller, conversation_id: str, participant: Any, *associations: tuple[str, str]) -> None:
    """Import the participant again with these client associations, as (type, client id)."""
    given = [{"type": type, "clientId": client_id} for type, client_id in associations]
    changed = {**participant, "clientAssociations": given}
    record = {"kind": "participant", "conversationId": conversation_id, "participant": changed}
    assert counts(put(api, record)) == (0, 1, 0, 0)
