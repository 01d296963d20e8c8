"""Imports of odd values: they are refused or stored, and never cause a server error."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from tests.api.importing import group_of, message_of, old_id, participant_of, user_of
from tests.api.sandbox import extension
from tests.harness import Caller
from tests.robustness.bodies import JUNK


def test_odd_values_are_refused_or_stored(api: Caller) -> None:
    """imports.7"""
    device = {"id": old_id(22), "type": "web", "guid": "g", "clientId": old_id(20), "status": "active",
              "integrationId": "i", "lastSeen": "2025-03-05T19:26:32.575Z"}  # fmt: skip
    records = [
        user_of(2, externalId="ada", identities=[{"type": "email", "value": "a@example.org"}]),
        {"kind": "client", "userId": old_id(2), "client": {"id": old_id(20), "type": "sdk", "status": "active"}},
        {"kind": "device", "userId": old_id(2), "device": device},
        group_of(1, metadata={"a": 1}),
        message_of(1, 5),
        participant_of(1, 102, 2, lastRead="2025-03-05T19:26:32.575Z"),
        {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(102)},
    ]
    junk = itertools.cycle(JUNK)
    for path in paths({"records": records}):
        for _ in range(3):
            marked = json.dumps(replaced({"records": records}, path)).encode()
            body = marked.replace(b'"\\u2691"', next(junk))
            answer = api("POST", extension(api, "/import"), content=body, headers={"content-type": "application/json"})
            assert answer.status_code in (200, 400), (body, answer.text)
    for user in api.ok("GET", extension(api, "/users"))["users"]:
        api.ok("GET", f"/users/{user['id']}/clients")
        api.ok("GET", f"/users/{user['id']}/devices")
    for conversation in api.ok("GET", extension(api, "/conversations"))["conversations"]:
        api.ok("GET", f"/conversations/{conversation['id']}")
        api.ok("GET", f"/conversations/{conversation['id']}/messages")
        api.participants(conversation["id"])


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of a value and of all values in it."""
    yield path
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(one, (*path, key))


def replaced(value: Any, path: tuple[Any, ...]) -> Any:
    """The value with a marker at a path."""
    if not path:
        return "⚑"
    changed = value.copy()
    changed[path[0]] = replaced(value[path[0]], path[1:])
    return changed
