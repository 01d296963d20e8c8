"""Rebuilds the membership from the events, and checks payloads against their documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from heliograph.storage.rows.log_rows import StoredEvent

Membership = dict[str, dict[str, str]]
"""For each conversation, the user of each participant, in the order of joining."""

# The required and optional keys of payloads and of the objects in them, from the webhook schemas of the API document.
CONVERSATION = ({"id", "type"}, {"metadata", "activeSwitchboardIntegration", "pendingSwitchboardIntegration"})
MEMBER = {"id", "name", "integrationId", "integrationType"}
USER = ({"id", "authenticated"}, {"externalId", "brandId"})
SDK_CLIENT = ({"id", "type", "status", "lastSeen", "linkedAt"}, {"displayName", "avatarUrl", "info", "raw"})
SOURCE = ({"type"}, {"integrationId", "originalMessageId", "originalMessageTimestamp"})
MESSAGE = ({"id", "received", "author", "content", "source"}, {"metadata"})
ACTIVITY = ({"type", "source", "author"}, set[str]())
OBJECTS = {
    "conversation": CONVERSATION,
    "user": USER,
    "client": SDK_CLIENT,
    "source": SOURCE,
    "message": MESSAGE,
    "activity": ACTIVITY,
}

PAYLOADS = {
    "client:add": {"user", "client", "reason", "source"},
    "client:remove": {"user", "client", "reason", "source"},
    "conversation:create": {"conversation", "creationReason", "source"},
    "conversation:join": {"conversation", "user"},
    "conversation:leave": {"conversation", "user"},
    "conversation:message": {"conversation", "message"},
    "conversation:read": {"conversation", "activity"},
    "conversation:typing": {"conversation", "activity"},
    "conversation:remove": {"conversation"},
    **{f"switchboard:{call}Control": {"conversation"} for call in ("pass", "offer", "accept", "release")},
    **{f"switchboard:{call}Control:failure": {"conversation", "error"} for call in ("pass", "offer", "accept")},
    "user:remove": {"user"},
    # The document's `reason` is present "if applicable", and none of its values applies to a change by the API.
    "user:update": {"user", "source"},
}


def replay(events: Iterable[StoredEvent], so_far: Membership | None = None) -> Membership:
    """Apply the events to `so_far`. Fails for an event that contradicts an earlier one."""
    state: Membership = {} if so_far is None else so_far
    for event in events:
        _apply(event, state)
    return state


def _apply(event: StoredEvent, state: Membership) -> None:
    pairs = event.members or ()
    where = event.conversation_id or ""
    match event.type:
        case "conversation:create":
            assert where not in state
            state[where] = dict(pairs)
            assert len(state[where]) == len(set(state[where].values())) == len(pairs)
        case "conversation:join":
            ((participant, user),) = pairs
            assert event.user_id == user
            assert user not in state[where].values()
            assert participant > max(state[where], default="")
            state[where][participant] = user
        case "conversation:leave":
            ((participant, user),) = pairs
            assert event.user_id == user
            assert state[where].pop(participant) == user
        case "conversation:remove":
            del state[where]
        case "user:remove":
            for members in state.values():
                for participant in [one for one, user in members.items() if user == event.user_id]:
                    del members[participant]


def unread(events: Iterable[StoredEvent]) -> dict[str, dict[str, int]]:
    """The unread counts of the participants, for conversations without deleted messages."""
    members: Membership = {}
    counts: dict[str, int] = {}
    for event in events:
        _apply(event, members)
        here = members.get(event.conversation_id or "", {})
        payload = json.loads(bytes(event.payload))
        if event.type == "conversation:message":
            counts |= {one: counts.get(one, 0) + 1 for one in here}
        about = payload.get("message") or payload.get("activity") or {"type": "", "author": {}}
        if event.type in ("conversation:message", "conversation:read"):
            # Only members can post and read.
            author = about["author"].get("userId")
            assert author is None or author in here.values()
            counts |= {one: 0 for one, user in here.items() if user == author}
    return {where: {one: counts.get(one, 0) for one in here} for where, here in members.items()}


def assert_documented(event: StoredEvent) -> None:
    """Check that the payload has the documented keys, and is about the same objects as the row."""
    payload: dict[str, Any] = json.loads(bytes(event.payload))
    keys = PAYLOADS[event.type]
    if event.type == "conversation:create" and payload["conversation"]["type"] == "personal":
        keys = keys | {"user"}
    assert set(payload) == keys, event
    for name, (required, optional) in OBJECTS.items():
        if name in payload:
            assert required <= set(payload[name]) <= required | optional, event
        if name in ("message", "activity") and name in payload:
            author = payload[name]["author"]
            assert ("userId" in author) == ("user" in author) == (author["type"] == "user"), event
            assert payload[name]["source"] == {"type": "api:conversations"}
    for name, value in payload.get("conversation", {}).items():
        assert not name.endswith("SwitchboardIntegration") or set(value) == MEMBER, event
    assert ("conversation" in payload) == (event.conversation_id is not None)
    if event.conversation_id is not None:
        assert payload["conversation"]["id"] == event.conversation_id
    assert ("user" in payload) == (event.user_id is not None)
    if event.user_id is not None:
        assert payload["user"]["id"] == event.user_id
