"""Calls to export and to erase a user."""

from __future__ import annotations

import json
from typing import Any

from tests.api.event_records import records
from tests.harness import Caller

NO_USER = (404, "user_not_found", "User not found")
JSON = dict[str, Any]


def base(api: Caller) -> str:
    """The prefix of the paths of the extensions for an app."""
    return f"/heliograph/v1/apps/{api.app_id}"


def export(api: Caller, user: str, query: str = "") -> list[JSON]:
    """The lines of the export of a user."""
    answer = api("GET", f"{base(api)}/users/{user}/export{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def of_type(lines: list[JSON], type: str) -> list[JSON]:
    """The lines of a type."""
    return [one for one in lines if one["type"] == type]


def erase(api: Caller, user: str, query: str = "") -> JSON:
    """Erase a user; returns the report."""
    erasure: JSON = api.ok("POST", f"{base(api)}/users/{user}/erase{query}")["erasure"]
    return erasure


def messages(api: Caller, conversation: str) -> list[JSON]:
    """The last page of the messages of a conversation."""
    found: list[JSON] = api.ok("GET", f"/conversations/{conversation}/messages")["messages"]
    return found


def events(api: Caller) -> list[JSON]:
    """The events of the app."""
    return records(api)
