"""GET /heliograph/v1/apps/{appId}/find: records by their ids and names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.database import Database
from tests.api.importing import group_of, message_of, old_id, participant_of, put, user_of
from tests.api.sandbox import extension, login
from tests.harness import Caller, new_app, titles_of

MISSING = "0" * 24


def found(api: Caller, wanted: str) -> list[Any]:
    """The results in the caller's app."""
    results: list[Any] = api.ok("GET", extension(api, "/find"), params={"q": wanted})["results"]
    return results


@pytest.fixture
def own(account: Caller) -> Caller:
    """A caller with the key of a fresh app with a webhook."""
    api = new_app(account, "Shop")
    hook = {"target": "https://refused.invalid/hook", "triggers": ["conversation:create"]}
    api.ok("POST", "/integrations", {"type": "custom", "displayName": "Bot", "webhooks": [hook]})
    return api


def test_ids(own: Caller, account: Caller) -> None:
    """finding.1"""
    ada = own.new_user("ada", profile={"givenName": "Ada", "surname": "Lovelace"})
    group = own.new_group(displayName="Crew")
    participant = own.join(group, ada)
    message = own.say(group, "Where is my order?")
    (integration,) = own.ok("GET", "/integrations")["integrations"]
    (webhook,) = own.ok("GET", f"/integrations/{integration['id']}/webhooks")["webhooks"]
    (delivery,) = own.ok("GET", extension(own, "/deliveries"))["deliveries"]
    key = account.ok("POST", f"/v2/apps/{own.app_id}/keys", {"displayName": "Spare"})["key"]
    event = {"kind": "event", "id": delivery["eventId"], "title": "conversation:create", "conversationId": group}
    member = {"kind": "participant", "id": participant["id"], "title": "Ada Lovelace"}
    expected = [
        {"kind": "app", "id": own.app_id, "title": "Shop"},
        {"kind": "user", "id": ada, "title": "Ada Lovelace"},
        {"kind": "conversation", "id": group, "title": "Crew"},
        {"kind": "integration", "id": integration["id"], "title": "Bot"},
        {"kind": "webhook", "id": webhook["id"], "title": "https://refused.invalid/hook"},
        {"kind": "key", "id": key["id"], "title": "Spare"},
        event,
        {**member, "conversationId": group, "userId": ada},
        {"kind": "message", "id": message["id"], "title": "Where is my order?", "conversationId": group},
    ]
    other = new_app(account)
    for one in expected:
        assert found(own, f" {one['id']} ") == [one]
        assert found(other, one["id"]) == []
    (one,) = found(own, delivery["id"])
    assert (one["kind"], one["conversationId"]) == ("delivery", group)
    assert one["title"].startswith("conversation:create: ")
    assert found(other, delivery["id"]) == []


def test_deleted_records_are_not_found(own: Caller) -> None:
    """finding.1"""
    ada = own.new_user("ada")
    group = own.new_group(displayName="Crew")
    participant, message = own.join(group, ada), own.say(group)
    own.ok("DELETE", f"/conversations/{group}/messages/{message['id']}")
    own.leave(group, userId=ada)
    own.ok("DELETE", f"/users/{ada}")
    for wanted in (ada, "ada", participant["id"], message["id"], MISSING, "f" * 24, "app_" + MISSING, "x" * 5000):
        assert found(own, wanted) == []
    own.ok("DELETE", f"/conversations/{group}")
    assert found(own, group) == found(own, "Crew") == []


def test_users_by_their_identifiers(own: Caller, account: Caller) -> None:
    """finding.2"""
    ada = own.new_user("customer 17/ä")
    login(own, ada, externalId="customer 17/ä", email="ada@example.org", zendeskId="4711")
    in_brands = [own.new_user("twin", brandId=brand) for brand in ("one", "two")]
    for wanted in ("customer 17/ä", "Ada@Example.org", "4711"):
        assert [(one["kind"], one["id"]) for one in found(own, wanted)] == [("user", ada)]
    assert sorted(one["id"] for one in found(own, "twin")) == in_brands
    for wanted in ("customer 17", "ada@example", "471"):
        assert found(own, wanted) == []
    assert found(new_app(account), "4711") == []


def test_a_user_without_a_name_has_the_external_id_or_the_id_as_title(own: Caller) -> None:
    bob, unnamed = own.new_user("bob"), own.new_user()
    assert [one["title"] for one in (*found(own, bob), *found(own, unnamed))] == ["bob", unnamed]


def test_an_id_that_is_the_external_id_of_another_user(own: Caller) -> None:
    ada = own.new_user("ada")
    twin = own.new_user(ada)
    assert [one["id"] for one in found(own, ada)] == [ada, twin]


def test_conversations_by_the_beginning_of_their_names(own: Caller, account: Caller) -> None:
    """finding.3"""
    names = ["Night shift", "night crew", "Nightly", "Ñight", "100% _ok", "Day"]
    groups = {name: own.new_group(displayName=name) for name in names}
    own.new_group()
    new_app(account).new_group(displayName="Night")
    assert [one["title"] for one in found(own, "NIGHT")] == ["night crew", "Night shift", "Nightly"]
    assert [one["id"] for one in found(own, "night s")] == [groups["Night shift"]]
    assert [one["title"] for one in found(own, "Ñi")] == ["Ñight"]
    assert [one["title"] for one in found(own, "100% _")] == ["100% _ok"]
    assert found(own, "%") == found(own, "shift") == []
    own.ok("PATCH", f"/conversations/{groups['Nightly']}", {"displayName": "Zenith"})
    assert [one["title"] for one in found(own, "zen")] == ["Zenith"]
    for number in range(12):
        own.new_group(displayName=f"Order {number:02}")
    assert [one["title"] for one in found(own, "order")] == [f"Order {number:02}" for number in range(10)]


def test_messages_are_found_while_their_events_are_kept(own: Caller, database: Database) -> None:
    """finding.1"""
    message = own.say(own.new_group())
    assert len(found(own, message["id"])) == 1
    database.write(("DELETE FROM event WHERE app_id = $1 AND type = 'conversation:message'", (own.app_id,)))
    assert found(own, message["id"]) == []


def test_imported_records(own: Caller, account: Caller) -> None:
    """finding.1: imported messages and participants have no events, and their ids may be of any time."""
    put(own, user_of(2), group_of(1), participant_of(1, 102, 2), message_of(1, 5))
    member = {"kind": "participant", "id": old_id(102), "title": "User 2", "conversationId": old_id(1)}
    message = {"kind": "message", "id": old_id(5), "title": "Message 5", "conversationId": old_id(1)}
    put(own, message_of(1, 5, deleted=True))
    assert found(own, old_id(102)) == [{**member, "userId": old_id(2)}]
    assert found(own, old_id(5)) == [message]
    other = new_app(account)
    assert found(other, old_id(5)) == []
    put(other, group_of(3), message_of(3, 5))
    assert [one["conversationId"] for one in found(other, old_id(5))] == [old_id(3)]
    own.ok("DELETE", f"/conversations/{old_id(1)}/messages/{old_id(5)}")
    own.ok("DELETE", f"/users/{old_id(2)}")
    assert found(own, old_id(5)) == found(own, old_id(102)) == []
    put(own, group_of(4), message_of(4, 5))
    assert [one["conversationId"] for one in found(own, old_id(5))] == [old_id(4)]


@pytest.mark.one_engine
def test_a_key_of_another_app_or_of_the_account_is_not_found(own: Caller, account: Caller) -> None:
    other = new_app(account)
    assert other.auth is not None
    assert account.auth is not None
    for key_id in (other.auth[0], account.auth[0]):
        assert found(own, key_id) == []
    looking = Caller(own.url, account.auth, own.app_id, own.http)
    assert found(looking, account.auth[0]) == []


@pytest.mark.one_engine
@pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
def test_the_query_is_required(own: Caller, query: str) -> None:
    """finding.1"""
    refused = own("GET", extension(own, f"/find{query}"))
    assert titles_of(refused) == ["q should NOT have fewer than 1 characters"]


STRANGE = ["%00", "a%00b", "%F0%9F%8C%9E", "%ED%A0%BD", "%FF", "x" * 7000, "%27%20OR%201=1--", "%F4%8F%BF%BF", "A" * 24]


@pytest.mark.parametrize("text", STRANGE, ids=lambda one: one[:12])
def test_strange_texts_do_not_cause_server_errors(own: Caller, text: str) -> None:
    own.new_group(displayName="Crew")
    # Text that the database cannot store counts as empty.
    refused = {"/find?q=": ("%ED%A0%BD", "%FF", "%00", "a%00b")}
    for path in ("/find?q=", "/users?filter[ids]=", "/deliveries?filter[ids]="):
        answer = own("GET", extension(own, path + text))
        assert answer.status_code == (400 if text in refused.get(path, ("%ED%A0%BD", "%FF")) else 200), answer.text
        if answer.is_success:
            assert [one for one in answer.json().values() if isinstance(one, list)] == [[]]
    assert own("GET", extension(own, f"/users?sort={text}")).status_code == 400
