"""DeleteUser, and everything that is deleted with a user (users.1)."""

from __future__ import annotations

import pytest

from tests.api.database import Database
from tests.api.event_records import events_of
from tests.harness import Caller, error_of

NO_USER = (404, "user_not_found", "User not found")


@pytest.mark.parametrize("name", ["id", "external id"])
def test_delete(api: Caller, name: str) -> None:
    """200 with an empty object; then the user is unknown by either id."""
    ada = api.new_user("ada")
    answer = api("DELETE", f"/users/{ada if name == 'id' else 'ada'}")
    assert answer.status_code == 200
    assert answer.json() == {}
    for path in (f"/users/{ada}", "/users/ada", f"/users/{ada}/clients"):
        assert error_of(api("GET", path)) == NO_USER
    assert error_of(api("DELETE", f"/users/{ada}")) == NO_USER
    filters = {"filter[userId]": ada}
    assert error_of(api("GET", "/conversations", params=filters)) == NO_USER


def test_external_id_is_free_again(api: Caller) -> None:
    """Another user can take the external id, and inherits nothing."""
    ada = api.new_user("ada", metadata={"a": 1})
    group = api.new_group(ada)
    api.join(group, ada, subscribe=True)
    api.ok("DELETE", "/users/ada")
    again = api.new_user("ada")
    assert again > ada
    assert api.ok("GET", "/users/ada")["user"]["metadata"] == {}
    assert api.ok("GET", "/users/ada/clients")["clients"] == []
    assert api.ok("GET", "/conversations", params={"filter[userExternalId]": "ada"})["conversations"] == []


def test_memberships_end_and_groups_stay(api: Caller) -> None:
    """The other participants stay."""
    ada, bob, eve = (api.new_user() for _ in range(3))
    groups = [api.new_group(ada, bob), api.new_group(eve, ada), api.new_group(ada)]
    shown = [api.ok("GET", f"/conversations/{group}") for group in groups]
    api.ok("DELETE", f"/users/{ada}")
    assert [[one["userId"] for one in api.participants(group)] for group in groups] == [[bob], [eve], []]
    assert [api.ok("GET", f"/conversations/{group}") for group in groups] == shown


def test_participant_cannot_leave_any_more(api: Caller) -> None:
    """Both the user and the participant are unknown."""
    ada, group = api.new_user(), api.new_group()
    participant = api.join(group, ada)
    api.ok("DELETE", f"/users/{ada}")
    path = f"/conversations/{group}/leave"
    assert error_of(api("POST", path, {"userId": ada})) == NO_USER
    no_member = (404, "not_found", "User is not a member of the conversation")
    assert error_of(api("POST", path, {"participantId": participant["id"]})) == no_member


def test_personal_conversations_are_deleted(api: Caller) -> None:
    """Including the default conversation."""
    ada, bob = api.new_user(), api.new_user()
    default, second, bobs = api.new_personal(ada), api.new_personal(ada), api.new_personal(bob)
    api.ok("DELETE", f"/users/{ada}")
    for gone in (default, second):
        answer = api("GET", f"/conversations/{gone}")
        assert error_of(answer) == (404, "conversation_not_found", "Conversation not found")
    assert [one["userId"] for one in api.participants(bobs)] == [bob]


def test_events(api: Caller) -> None:
    """`conversation:remove` for the personal ones and `user:remove`; no `conversation:leave` for the groups."""
    ada, bob = api.new_user("ada"), api.new_user()
    personal = [api.new_personal(ada), api.new_personal(ada)]
    api.join(api.new_group(ada, bob), ada, subscribe=True)
    before = len(events_of(api))
    api.ok("DELETE", "/users/ada")
    written = events_of(api)[before:]
    assert sorted(event.type for event in written) == ["conversation:remove", "conversation:remove", "user:remove"]
    removed = [event for event in written if event.type == "conversation:remove"]
    assert sorted(event.conversation_id or "" for event in removed) == personal
    for event in removed:
        assert event.payload == {"conversation": {"id": event.conversation_id, "type": "personal"}}
    (user,) = [event for event in written if event.type == "user:remove"]
    assert (user.user_id, user.conversation_id) == (ada, None)
    assert user.payload == {"user": {"id": ada, "authenticated": False, "externalId": "ada"}}


def test_nothing_stays_in_the_database(api: Caller, database: Database) -> None:
    """No row refers to the user, except for events."""
    ada = api.new_user("ada")
    api.new_personal(ada)
    api.join(api.new_group(), ada, subscribe=True)
    api.ok("DELETE", "/users/ada")
    assert database.rows("SELECT * FROM app_user WHERE id = $1", ada) == []
    for table in ("external_id", "client", "participant", "membership"):
        assert database.rows(f"SELECT * FROM {table} WHERE user_id = $1", ada) == [], table
