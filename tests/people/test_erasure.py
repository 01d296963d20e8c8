"""EraseUser: the user is deleted, and no remaining data names the person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.database import Database
from tests.api.end_users import EndUser
from tests.api.files import uploaded
from tests.api.importing import put
from tests.api.sandbox import login
from tests.harness import Caller, Server, error_of, new_app
from tests.people.calling import NO_USER, base, erase, events, export, messages, of_type


@pytest.fixture
def database(server: Server) -> Database:
    """The database of the shared server."""
    return Database(server.database_url)


@pytest.mark.parametrize("name", ["id", "external id"])
def test_the_user_is_deleted(api: Caller, name: str) -> None:
    """The report contains the pseudonym. A second erasure does not find the user."""
    ada = api.new_user("ada")
    report = erase(api, ada if name == "id" else "ada")
    # The client created the user with an idempotency key, whose response showed the user.
    assert report["removed"] == {"users": 1, "idempotencyKeys": 1}
    assert (report["status"], report["changed"]) == ("finished", {})
    assert len(report["pseudonym"]) == 24
    for method, path in (("GET", f"/users/{ada}"), ("POST", f"{base(api)}/users/{ada}/erase")):
        assert error_of(api(method, path)) == NO_USER
    (listed,) = api.ok("GET", f"{base(api)}/erasures")["erasures"]
    assert listed == {key: one for key, one in report.items() if key != "kept"}


def test_messages_keep_their_place(api: Caller) -> None:
    """Ids, order, times, counts and read positions do not change; the author is a pseudonym."""
    ada, bob = api.new_user("ada", profile={"givenName": "Ada"}), api.new_user("bob")
    group = api.new_group(ada, bob)
    api.say(group, "from Ada", user_id=ada)
    api.say(group, "from Bob", user_id=bob)
    api.say(group, "again", user_id=ada)
    before, unread = messages(api, group), api.participants(group)[1]
    report = erase(api, ada)
    after = messages(api, group)
    assert [(one["id"], one["received"]) for one in after] == [(one["id"], one["received"]) for one in before]
    assert after[1] == before[1]
    assert after[0] == {
        **{key: before[0][key] for key in ("id", "received", "source")},
        "author": {"type": "user", "userId": report["pseudonym"]},
        "content": {"type": "text", "text": ""},
        "deleted": True,
    }
    assert api.participants(group) == [unread]
    assert report["changed"]["messages"] == 2


def test_events_keep_their_shape(api: Caller, database: Database) -> None:
    """Events of conversations have the pseudonym, in the log of membership too. Only `user:remove` has the id."""
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group, personal = api.new_group(bob), api.new_personal(ada)
    api.join(group, ada, subscribe=True)
    api.say(group, "secret", user_id=ada)
    api.say(personal, "for Ada")
    api.ok("PATCH", f"/users/{ada}", {"profile": {"surname": "Lovelace"}})
    pseudonym = erase(api, ada)["pseudonym"]
    found = events(api)
    assert [one["type"] for one in found] == [
        "conversation:create",
        "conversation:create",
        "conversation:join",
        "conversation:message",
        "conversation:message",
        "conversation:remove",
        "user:remove",
    ]
    shown = {"id": pseudonym, "authenticated": False}
    assert found[2]["payload"] == {"conversation": {"id": group, "type": "sdkGroup"}, "user": shown}
    assert found[3]["payload"]["message"]["author"] == {"type": "user", "userId": pseudonym, "user": shown}
    assert found[4]["payload"]["message"]["content"] == {"type": "text", "text": ""}
    assert found[-1]["payload"] == {"user": {"id": ada, "authenticated": False}}
    rows = database.rows("SELECT type, members, user_id FROM event WHERE app_id = $1 ORDER BY id", api.app_id)
    assert [type for type, *values in rows if ada in repr(values)] == ["user:remove"]
    assert [type for type, *values in rows if pseudonym in repr(values)] == ["conversation:create", "conversation:join"]


def test_the_history_keeps_its_shape(api: Caller) -> None:
    """Joins and leaves stay, with the pseudonym as their user."""
    ada, group = api.new_user("ada"), api.new_group()
    api.join(group, ada)
    api.leave(group, user_id=ada)
    api.join(group, ada)
    pseudonym = erase(api, ada)["pseudonym"]
    found = api.ok("GET", f"{base(api)}/conversations/{group}/history")["changes"]
    expected = [(type, pseudonym) for type in ("joined", "left", "joined", "left")]
    assert [(one["type"], one["userId"]) for one in found] == expected


def test_stored_responses_that_show_the_person_are_deleted(api: Caller) -> None:
    """A retry with the key of another request still gets its response."""

    def create(name: str) -> Any:
        return api("POST", "/users", {"externalId": name}, headers={"idempotency-key": f"of {name}".replace(" ", "-")})

    ada, bob = create("ada lovelace").json()["user"]["id"], create("bob").json()["user"]["id"]
    assert erase(api, ada)["removed"]["idempotencyKeys"] == 1
    again, other = create("ada lovelace"), create("bob")
    assert (again.status_code, "idempotent-replayed" in again.headers) == (201, False)
    assert (other.json()["user"]["id"], other.headers["idempotent-replayed"]) == (bob, "true")


def test_keys_that_name_the_person_are_deleted(api: Caller) -> None:
    """This includes keys whose stored responses do not name the person."""
    ada = api.new_user("ada lovelace")
    api.new_user("bob")
    keys = ('"order of ada lovelace"', f"of-{ada}", "of-bob")
    for key in keys:
        assert api("POST", "/conversations", {"type": "sdkGroup"}, headers={"idempotency-key": key}).status_code == 201
    assert erase(api, ada)["removed"]["idempotencyKeys"] == 3  # one of them created the user
    again = [api("POST", "/conversations", {"type": "sdkGroup"}, headers={"idempotency-key": key}) for key in keys]
    assert ["idempotent-replayed" in answer.headers for answer in again] == [False, False, True]


def test_files(api: Caller) -> None:
    """Files that only messages of the person show are deleted. Other files stay, and are counted."""
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group = api.new_group(ada, bob)
    own, shared = uploaded(api, "own.png"), uploaded(api, "shared.png")
    for url, users in ((own, [ada]), (shared, [ada, bob])):
        for user in users:
            body = {"author": {"type": "user", "userId": user}, "content": {"type": "image", "mediaUrl": url}}
            api.ok("POST", f"/conversations/{group}/messages", body)
    report = erase(api, ada)
    assert report["removed"]["files"] == 1
    assert [one["count"] for one in report["kept"] if one["what"] == "files"] == [1]
    assert [api.http.get(url).status_code for url in (own, shared)] == [404, 200]


def test_quotes_and_forms(api: Caller) -> None:
    """A form response of the person loses its fields. The form of the business stays."""
    user = EndUser(api)
    conversation = api.new_group(user.id)
    form = {"type": "form", "fields": [{"type": "text", "name": "n", "label": "Name"}]}
    body = {"author": {"type": "business"}, "content": form}
    (asked,) = api.ok("POST", f"/conversations/{conversation}/messages", body)["messages"]
    answer = {"type": "formResponse", "fields": [{"type": "text", "name": "n", "label": "Name", "text": "Ada"}]}
    user.act(conversation, {"type": "message", "quotedMessageId": asked["id"], "content": answer})
    erase(api, user.id)
    asked_after, answered = messages(api, conversation)
    assert asked_after["content"]["fields"] == asked["content"]["fields"]
    assert (answered["content"], "quotedMessage" in answered) == ({"type": "text", "text": ""}, False)


def test_merged_users(api: Caller) -> None:
    """Messages from before a merge have the same pseudonym."""
    ada, guest, group = api.new_user("ada"), api.new_user(), api.new_group()
    for user in (ada, guest):
        api.join(group, user)
        api.say(group, user_id=user)
    api.ok("POST", f"{base(api)}/users/{guest}/login", {"externalId": "ada"})
    pseudonym = erase(api, ada)["pseudonym"]
    assert [one["author"]["userId"] for one in messages(api, group)] == [pseudonym, pseudonym]


def test_a_merged_user_who_was_imported_again(api: Caller) -> None:
    """The imported user counts as another person, whose data erasure and export leave out."""
    ada, twin = api.new_user("ada"), api.new_user()
    login(api, twin, externalId="ada")
    put(api, {"kind": "user", "user": {"id": twin, "externalId": "twin"}})
    group = api.new_group(twin)
    message = api.say(group, "Hello", user_id=twin)
    assert of_type(export(api, "ada"), "message") == []
    erase(api, ada)
    assert messages(api, group) == [message]
    assert api.participants(group)[0]["userId"] == twin


def test_a_user_who_is_merged_imported_and_merged_again(api: Caller) -> None:
    ada, twin = api.new_user("ada"), api.new_user()
    for _ in range(2):
        login(api, twin, externalId="ada")
        put(api, {"kind": "user", "user": {"id": twin}})
    login(api, twin, externalId="ada")
    assert of_type(export(api, ada), "profile")[0]["mergedUserIds"] == [twin]


def test_another_app_is_untouched(api: Caller, account: Caller) -> None:
    """A user with the same external id in another app keeps all data."""
    other = new_app(account)
    users = {one.app_id: one.new_user("ada", profile={"givenName": "Ada"}) for one in (api, other)}
    groups = {one.app_id: one.new_group(users[one.app_id]) for one in (api, other)}
    for one in (api, other):
        one.say(groups[one.app_id], "Hello", user_id=users[one.app_id])
    before = export(other, "ada")[1:]  # the first line has the time of the export
    erase(api, "ada")
    assert export(other, "ada")[1:] == before
    assert error_of(api("POST", f"{base(api)}/users/{users[other.app_id]}/erase")) == NO_USER


def test_the_external_id_is_free_again(api: Caller) -> None:
    api.new_user("ada", metadata={"a": 1})
    first = erase(api, "ada")
    again = api.new_user("ada")
    assert api.ok("GET", f"/users/{again}")["user"]["metadata"] == {}
    assert erase(api, "ada")["pseudonym"] != first["pseudonym"]


def test_messages_of_others_stay(api: Caller) -> None:
    """Their texts stay, but the pseudonym replaces the ids of the person."""
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group = api.new_group(ada, bob)
    api.say(group, f"Ask Ada, who is {ada}", user_id=bob)
    pseudonym = erase(api, ada)["pseudonym"]
    (message,) = messages(api, group)
    assert message["content"]["text"] == f"Ask Ada, who is {pseudonym}"
    assert "deleted" not in message


def test_keys_of_other_apps(api: Caller, account: Caller) -> None:
    """The key of another app may neither export nor erase."""
    ada, other = api.new_user("ada"), new_app(account)
    for method, path in (("GET", "export"), ("POST", "erase")):
        answer: Any = other(method, f"{base(api)}/users/{ada}/{path}")
        assert answer.status_code == 403
    assert api.ok("GET", f"/users/{ada}")["user"]["id"] == ada
