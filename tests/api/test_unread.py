"""Unread counts after messages, activities and deletions; and the limit of messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heliograph.wire.messages import MESSAGES_PER_CONVERSATION
from tests.api.database import Database
from tests.api.event_records import events_of
from tests.harness import Caller, author_of, error_of, titles_of

UNKNOWN = "0123456789abcdef01234567"
NOT_A_MEMBER = (404, "not_found", "User is not a member of the conversation")
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")


@pytest.fixture
def group(api: Caller) -> str:
    """A group with ada and bob in it."""
    return api.new_group(api.new_user("ada"), api.new_user("bob"))


def act(api: Caller, where: str, type: str, **user: str) -> Any:
    """Post an activity; returns the response."""
    return api("POST", f"/conversations/{where}/activity", {"author": author_of(**user), "type": type})


def test_messages_and_reads_move_the_counts(api: Caller, group: str) -> None:
    api.say(group)
    api.say(group, userExternalId="ada")
    assert api.unread(group) == [0, 2]
    last = api.say(group)
    assert api.unread(group) == [1, 3]
    api.read(group, userExternalId="bob")
    ada, bob = api.participants(group)
    assert (ada["unreadCount"], bob["unreadCount"]) == (1, 0)
    assert bob["lastRead"] == last["received"] >= ada["lastRead"]


def test_a_joiner_starts_with_nothing_unread(api: Caller, group: str) -> None:
    api.say(group)
    carol = api.new_user("carol")
    joined = api.join(group, carol)
    assert joined["unreadCount"] == 0
    assert "lastRead" not in joined
    last = api.say(group)
    assert api.join(group, carol)["unreadCount"] == 1
    api.leave(group, userId=carol)
    assert api.join(group, carol)["unreadCount"] == 0
    api.read(group, userId=carol)
    assert api.join(group, carol)["lastRead"] == last["received"]
    assert api.unread(group) == [2, 2, 0]


def test_reading_an_empty_conversation(api: Caller, group: str) -> None:
    api.read(group, userExternalId="ada")
    assert "lastRead" not in api.participants(group)[0]


def test_deleting_a_message_does_not_change_the_counts(api: Caller, group: str) -> None:
    first, second = api.say(group), api.say(group)
    before = api.ok("GET", f"/conversations/{group}")
    for message in (second, first):
        assert api.ok("DELETE", f"/conversations/{group}/messages/{message['id']}") == {}
    assert api.unread(group) == [2, 2]
    assert api.ok("GET", f"/conversations/{group}") == before
    gone = (404, "not_found", "Message not found")
    for where, which in ((group, first["id"]), (group, UNKNOWN), (group, "x")):
        assert error_of(api("DELETE", f"/conversations/{where}/messages/{which}")) == gone
    other = api.say(api.new_group())
    assert error_of(api("DELETE", f"/conversations/{group}/messages/{other['id']}")) == gone
    assert error_of(api("DELETE", f"/conversations/{UNKNOWN}/messages/{UNKNOWN}")) == NO_CONVERSATION


def test_deleting_all_messages_leaves_nothing_unread(api: Caller, group: str) -> None:
    api.say(group)
    api.say(group, userExternalId="ada")
    api.say(group)
    before = [one.get("lastRead") for one in api.participants(group)]
    assert api.ok("DELETE", f"/conversations/{group}/messages") == {}
    assert api.unread(group) == [0, 0]
    assert [one.get("lastRead") for one in api.participants(group)] == before
    api.say(group)
    assert api.unread(group) == [1, 1]
    assert api.ok("DELETE", f"/conversations/{group}/messages") == {}
    assert api.ok("DELETE", f"/conversations/{group}/messages") == {}
    assert api.unread(group) == [0, 0]
    assert error_of(api("DELETE", f"/conversations/{UNKNOWN}/messages")) == NO_CONVERSATION


def test_join_and_list_return_the_same_participant(api: Caller, group: str) -> None:
    user = api.participants(group)[0]["userId"]
    steps: list[Callable[[], Any]] = [
        lambda: api.say(group),
        lambda: api.read(group, userId=user),
        lambda: api.say(group, userExternalId="bob"),
        lambda: api.ok("DELETE", f"/conversations/{group}/messages"),
        lambda: api.say(group),
    ]
    for step in steps:
        step()
        for size in (1, 25):
            page = {"page[size]": size}
            listed = api.ok("GET", f"/conversations/{group}/participants", params=page)["participants"]
            assert listed[0] == api.join(group, user)


def test_the_business_reads(api: Caller, group: str) -> None:
    path = f"/conversations/{group}"
    assert "businessLastRead" not in api.ok("GET", path)["conversation"]
    message = api.say(group, userExternalId="ada")
    api.read(group)
    read = api.ok("GET", path)["conversation"]["businessLastRead"]
    assert read >= message["received"]
    assert api.unread(group) == [0, 1], "reads of the business do not change the counts of users"
    api.say(group)
    assert api.ok("GET", path)["conversation"]["businessLastRead"] == read


def test_activities_are_events(api: Caller, group: str) -> None:
    ada = api.participants(group)[0]["userId"]
    api.read(group, userExternalId="ada")
    api.read(group)
    for type in ("typing:start", "typing:stop"):
        assert act(api, group, type).json() == {}
    events = events_of(api)[-4:]
    assert [one.type for one in events] == ["conversation:read"] * 2 + ["conversation:typing"] * 2
    assert {one.conversation_id for one in events} == {group}
    about = {"id": group, "type": "sdkGroup"}
    who = {"type": "user", "userId": ada, "user": {"id": ada, "authenticated": False, "externalId": "ada"}}
    source = {"type": "api:conversations"}
    by_business = {"author": {"type": "business"}, "source": source}
    assert [one.payload for one in events] == [
        {"conversation": about, "activity": {"type": "conversation:read", "author": who, "source": source}},
        {"conversation": about, "activity": {"type": "conversation:read", **by_business}},
        {"conversation": about, "activity": {"type": "typing:start", **by_business}},
        {"conversation": about, "activity": {"type": "typing:stop", **by_business}},
    ]


def test_who_may_post_which_activity(api: Caller, group: str) -> None:
    stranger = api.new_user()
    user_not_found = (404, "user_not_found", "User not found")
    assert error_of(act(api, group, "conversation:read", userId=stranger)) == NOT_A_MEMBER
    assert error_of(act(api, group, "conversation:read", userId=UNKNOWN)) == user_not_found
    assert error_of(act(api, UNKNOWN, "conversation:read", userId=UNKNOWN)) == NO_CONVERSATION
    assert error_of(act(api, UNKNOWN, "typing:start")) == NO_CONVERSATION
    for type in ("typing:start", "typing:stop"):
        refused = act(api, UNKNOWN, type, userId=UNKNOWN)
        assert titles_of(refused) == ["type should be conversation:read for an author of type user"]
    assert titles_of(act(api, UNKNOWN, "conversation:read", userId="a", userExternalId="b")) == [
        "author exactly one of userId, userExternalId is required, 2 given"
    ]


def test_the_limit_of_messages(api: Caller, group: str, database: Database) -> None:
    kept = api.say(group)
    sql = "UPDATE conversation SET message_count = $1 WHERE id = $2"
    database.write((sql, (MESSAGES_PER_CONVERSATION - 1, group)))
    api.say(group)
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
    path = f"/conversations/{group}/messages"
    full = (423, "locked", "Message limit of 30000 per conversation reached.")
    assert error_of(api("POST", path, body)) == full
    assert error_of(api("POST", path, {**body, "author": author_of(userId=UNKNOWN)}))[1] == "user_not_found"
    assert api.unread(group) == [2, 2]
    api.read(group, userExternalId="ada")
    api.ok("DELETE", f"{path}/{kept['id']}")
    api.say(group)
    assert error_of(api("POST", path, body)) == full
    api.ok("DELETE", path)
    api.say(group)
    assert database.rows("SELECT message_count FROM conversation WHERE id = $1", group) == [(1,)]


def test_deletions_leave_no_messages(api: Caller, database: Database) -> None:
    ada = api.new_user("ada")
    group, first, second = api.new_group(ada), api.new_personal(ada), api.new_personal(ada)
    for where in (group, first, second):
        api.say(where)
        api.say(where, userId=ada)

    def left() -> list[str]:
        sql = "SELECT DISTINCT conversation_id FROM message WHERE app_id = $1 ORDER BY 1"
        return [row[0] for row in database.rows(sql, api.app_id)]

    api.ok("DELETE", f"/conversations/{second}")
    assert left() == [group, first]
    api.ok("DELETE", "/users/ada")
    assert left() == [group]
    assert len(api.ok("GET", f"/conversations/{group}/messages")["messages"]) == 2
    api.ok("DELETE", f"/conversations/{group}")
    assert left() == []


def test_a_user_with_many_messages_is_deleted_in_steps(api: Caller, database: Database) -> None:
    ada = api.new_user("ada")
    personal = [api.new_personal(ada) for _ in range(3)]
    group = api.new_group(ada)
    for where in personal:
        api.say(where)
        sql = "UPDATE conversation SET message_count = $1 WHERE id = $2"
        database.write((sql, (MESSAGES_PER_CONVERSATION, where)))
    api.ok("DELETE", "/users/ada")
    assert api("GET", "/users/ada").status_code == 404
    recorded = [(one.type, one.conversation_id) for one in events_of(api) if one.type.endswith(":remove")]
    removed = [("conversation:remove", where) for where in (*personal[1:], personal[0])]
    assert sorted(recorded[:2]) == sorted(removed[:2])
    assert recorded[2:] == [removed[2], ("user:remove", None)]
    assert api.participants(group) == []
    assert database.rows("SELECT 1 FROM message WHERE app_id = $1", api.app_id) == []
