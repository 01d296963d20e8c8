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
USER = ({"id", "authenticated"}, {"externalId", "zendeskId", "brandId"})
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
    "user:merge": {"mergedUsers", "reason"},
    "user:remove": {"user"},
    # In the API document, `reason` is present "if applicable", and none of its values applies to a change by the API.
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
        case "user:merge":
            _merge(event, state)
        case "user:remove":
            for members in state.values():
                for participant in [one for one, user in members.items() if user == event.user_id]:
                    del members[participant]


def merged_users(event: StoredEvent) -> tuple[str, str]:
    """The ids of the surviving and the discarded user of a `user:merge`."""
    users = json.loads(bytes(event.payload))["mergedUsers"]
    return users["surviving"]["id"], users["discarded"]["id"]


def _merge(event: StoredEvent, state: Membership) -> None:
    surviving, discarded = merged_users(event)
    assert event.user_id == surviving
    for members in state.values():
        for participant in [one for one, user in members.items() if user == discarded]:
            if surviving in members.values():
                del members[participant]
            else:
                members[participant] = surviving


def unread(events: Iterable[StoredEvent]) -> dict[str, dict[str, int]]:
    """The unread counts of the participants, for conversations without deleted messages."""
    members: Membership = {}
    counts: dict[str, int] = {}
    newest: dict[str, str] = {}
    last_read: dict[str, str] = {}
    for event in events:
        if event.type == "user:merge":
            _combine_unread(event, members, counts, last_read)
        _apply(event, members)
        here = members.get(event.conversation_id or "", {})
        payload = json.loads(bytes(event.payload))
        if event.type == "conversation:message":
            counts |= {one: counts.get(one, 0) + 1 for one in here}
            newest[event.conversation_id or ""] = payload["message"]["received"]
        about = payload.get("message") or payload.get("activity") or {"type": "", "author": {}}
        if event.type in ("conversation:message", "conversation:read"):
            # Only members can post and read.
            author = about["author"].get("userId")
            assert author is None or author in here.values()
            reader = [one for one, user in here.items() if user == author]
            counts |= dict.fromkeys(reader, 0)
            last_read |= dict.fromkeys(reader, newest.get(event.conversation_id or "", ""))
    return {where: {one: counts.get(one, 0) for one in here} for where, here in members.items()}


def _combine_unread(event: StoredEvent, members: Membership, counts: dict[str, int], last_read: dict[str, str]) -> None:
    """Combine the unread counts of two participants that a merge unites: the later `lastRead` applies."""
    surviving, discarded = merged_users(event)
    for here in members.values():
        seats = {user: one for one, user in here.items()}
        if surviving in seats and discarded in seats:
            kept, gone = seats[surviving], seats[discarded]
            if last_read.get(gone, "") > last_read.get(kept, ""):
                last_read[kept] = last_read[gone]
                counts[kept] = min(counts.get(kept, 0), counts.get(gone, 0))


def assert_documented(event: StoredEvent) -> None:
    """Check that the payload has the documented keys, and is about the same objects as the row."""
    payload: dict[str, Any] = json.loads(bytes(event.payload))
    keys = PAYLOADS[event.type]
    if event.type == "conversation:create" and payload["conversation"]["type"] == "personal":
        keys = keys | {"user"}
    if event.type == "user:update" and payload.get("reason") == "authentication":
        keys = keys | {"reason"}
    if event.type == "user:merge":
        _assert_merge_documented(event, payload)
        return
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


def _assert_merge_documented(event: StoredEvent, payload: dict[str, Any]) -> None:
    assert PAYLOADS[event.type] <= set(payload) <= PAYLOADS[event.type] | {"mergedClients", "discardedMetadata"}, event
    for name, (required, optional) in (("mergedUsers", USER), ("mergedClients", SDK_CLIENT)):
        for one in payload.get(name, {"surviving": None, "discarded": None}).values():
            assert one is None or required <= set(one) <= required | optional, event
    assert event.conversation_id is None
    assert payload["mergedUsers"]["surviving"]["id"] == event.user_id
