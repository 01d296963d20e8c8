"""Checks that each id belongs to one object, in all responses and in all tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from tests.databases import transaction

Meaning = tuple[str | None, ...]
"""The type of an object and its owner."""

KINDS = ("conversation", "integration", "key", "message", "participant", "user", "webhook")
_CONVERSATION = re.compile(r"/conversations/([0-9a-f]{24})/")
_PREFIX = re.compile("^(app|act|int)_")
# Ids in `api_key` have a prefix.
TABLES = (
    "api_key",
    "app",
    "app_user",
    "client",
    "conversation",
    "delivery",
    "event",
    "integration",
    "message",
    "participant",
    "webhook",
)

_meanings: dict[str, Meaning] = {}
"""The object of each id that any server has returned: no two processes create the same id, even on two databases."""


def note(app_id: str, path: str, answer: httpx.Response) -> None:
    """Record the ids of the response of a path. None of them may belong to another object."""
    request_id = answer.headers.get("x-request-id")
    assert request_id is not None, f"{path}: {answer.status_code} {answer.headers} {answer.text}"
    assert request_id not in _meanings
    _note(request_id, ("request",))
    if answer.is_success:
        where = _CONVERSATION.search(path)
        for one, meaning in _objects(answer.json(), app_id, where[1] if where else None):
            _note(one, meaning)


def _note(one: str, meaning: Meaning) -> None:
    known = _meanings.setdefault(one, meaning)
    assert known == meaning, f"{one} is the id of {known} and of {meaning}"


def _objects(document: Mapping[str, Any], app_id: str, conversation_id: str | None) -> Iterator[tuple[str, Meaning]]:
    for name, value in document.items():
        kind = name.removesuffix("s")
        if kind in KINDS:
            inside = conversation_id if kind in ("message", "participant") else None
            for one in value if isinstance(value, list) else [value]:
                # A merge gives a participant another user. The key of the table keeps its id unique in a conversation.
                yield _PREFIX.sub("", one["id"]), (kind, app_id, inside)


def assert_unique(database_url: str) -> None:
    """Check that no two rows of the database have the same id."""
    seen: dict[str, str] = {}
    with transaction(database_url) as query:
        for table in TABLES:
            for (one,) in query(f"SELECT id FROM {table}"):
                plain = _PREFIX.sub("", one)
                assert plain not in seen, f"{plain} is in {seen[plain]} and in {table}"
                seen[plain] = table
