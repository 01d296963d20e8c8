"""POST /heliograph/v1/apps/{appId}/import: records of another server, with their ids."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from heliograph.wire.imports import IMPORT_BYTES, ConversationRecord, UserRecord
from tests.api.event_records import records
from tests.api.importing import (
    counts,
    group_of,
    message_of,
    old_id,
    participant_of,
    put,
    titles,
    user_of,
)
from tests.api.sandbox import extension
from tests.harness import Caller, command, error_of, new_app, titles_of

BAD_ID = "a1b2"
TWICE = "participant: the user is in the conversation already, as the participant "
FUTURE = "{}.id should begin with the seconds of a time that has passed: "


def a_group(api: Caller, *users: int) -> None:
    """Import group 1 with these users. The number of a participant is that of its user plus 100."""
    members = [record for user in users for record in (user_of(user), participant_of(1, 100 + user, user))]
    assert counts(put(api, *members, group_of(1)))[3] == 0


def test_imported_records_are_shown_unchanged(api: Caller) -> None:
    """imports.1, imports.2"""
    client = {"id": old_id(20), "type": "sdk", "status": "active", "lastSeen": "2025-03-05T19:26:32.575Z"}
    whatsapp = {
        "id": old_id(21), "type": "whatsapp", "status": "active", "integrationId": old_id(30), "displayName": "Ada",
        "externalId": "12125552368", "linkedAt": "2025-03-05T19:26:32.575Z", "raw": {"profile": {"name": "Ada"}},
    }  # fmt: skip
    device = {
        "id": old_id(22), "type": "web", "guid": "f1c7", "clientId": old_id(20), "status": "active",
        "integrationId": old_id(31), "lastSeen": "2025-03-05T19:26:32.575Z", "info": {"vendor": "zendesk"},
    }  # fmt: skip
    ada = user_of(
        2, externalId="ada", zendeskId="35436", brandId="94779", toBeRetained=True, authenticated=True,
        identities=[{"type": "email", "value": "ada@example.org", "verification": "sso"}],
    )  # fmt: skip
    group = group_of(3, metadata={"topic": "engines"}, iconUrl="https://example.org/i.png", description="All",
                     businessLastRead="2025-03-05T20:00:00.000Z")  # fmt: skip
    member = participant_of(
        3, 4, 2, unreadCount=1, lastRead="2025-03-06T09:00:00.000Z",
        clientAssociations=[{"type": "sdk", "clientId": old_id(20)}],
    )  # fmt: skip
    messages = [message_of(3, 5), message_of(3, 6, content={"type": "hologram", "depth": 3}, later={"field": [1.5]})]
    answer = put(
        api, member, *messages, group, ada,
        {"kind": "client", "userId": old_id(2), "client": client},
        {"kind": "client", "userId": old_id(2), "client": whatsapp},
        {"kind": "device", "userId": old_id(2), "device": device},
    )  # fmt: skip
    assert (counts(answer), answer["refused"]) == ((8, 0, 0, 0), [])
    path = f"/users/{old_id(2)}"
    assert api.ok("GET", path)["user"] == ada["user"]
    assert api.ok("GET", "/users/ada?brandId=94779")["user"] == ada["user"]
    assert api.ok("GET", f"{path}/clients")["clients"] == [client, whatsapp]
    assert api.ok("GET", f"{path}/devices")["devices"] == [device]
    assert api.ok("GET", f"/conversations/{old_id(3)}")["conversation"] == group["conversation"]
    assert api.participants(old_id(3)) == [{**member["participant"], "userExternalId": "ada"}]
    assert api.ok("GET", f"/conversations/{old_id(3)}/messages")["messages"] == [one["message"] for one in messages]
    listed = api.ok("GET", extension(api, "/conversations"))["conversations"][0]
    assert (listed["messageCount"], listed["lastMessage"]["type"]) == (2, "hologram")
    assert listed["participantCount"] == 1


def test_importing_again_updates_only_changed_records(api: Caller) -> None:
    """imports.3"""
    records = [user_of(2), group_of(1), participant_of(1, 102, 2, unreadCount=1), message_of(1, 5)]
    assert counts(put(api, *records)) == (4, 0, 0, 0)
    assert counts(put(api, *records, *records)) == (0, 0, 8, 0)
    changed = [
        user_of(2, profile={"givenName": "Ada"}, externalId="ada"),
        group_of(1, displayName="Fleet", lastUpdatedAt="2025-03-07T10:00:00.000Z"),
        message_of(1, 5, deleted=True, content={"type": "text", "text": ""}),
        message_of(1, 6, received="2025-03-07T10:00:00.000Z"),
        participant_of(1, 102, 2, unreadCount=2),
    ]
    assert counts(put(api, *changed)) == (1, 3, 1, 0)  # the participant's unread count already includes the new message
    assert api.ok("GET", "/users/ada")["user"]["profile"] == {"givenName": "Ada"}
    assert api.ok("GET", f"/conversations/{old_id(1)}")["conversation"] == changed[1]["conversation"]
    (member,) = api.participants(old_id(1))
    assert (member["userExternalId"], member["unreadCount"]) == ("ada", 2)
    assert [one.get("deleted") for one in api.ok("GET", f"/conversations/{old_id(1)}/messages")["messages"]] == [
        True,
        None,
    ]
    assert counts(put(api, {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(102)})) == (
        0,
        1,
        0,
        0,
    )
    assert api.participants(old_id(1)) == []
    assert counts(put(api, {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(102)})) == (
        0,
        0,
        1,
        0,
    )
    assert counts(put(api, participant_of(1, 103, 2))) == (1, 0, 0, 0)


def test_a_participant_who_returns(api: Caller) -> None:
    """imports.9"""
    a_group(api, 2)
    leave = {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(102)}
    for _ in range(2):
        assert counts(put(api, leave)) == (0, 1, 0, 0)
        assert counts(put(api, participant_of(1, 102, 2))) == (1, 0, 0, 0)
    api.leave(old_id(1), userId=old_id(2))
    assert counts(put(api, leave, participant_of(1, 102, 2))) == (1, 0, 1, 0)
    path = extension(api, f"/conversations/{old_id(1)}/history")
    changes = api.ok("GET", path)["changes"]
    assert [(one["type"], one["reason"]) for one in changes] == [
        ("joined", "import"), ("left", "import"), ("joined", "import"), ("left", "import"), ("joined", "import"),
        ("left", "leave"), ("joined", "import"),
    ]  # fmt: skip
    assert changes[0]["time"].startswith("2025-03-05")
    assert {one["participantId"] for one in changes} == {old_id(102)}


def test_a_later_join_is_listed_last(api: Caller) -> None:
    """imports.4"""
    now = int(time.time()) - 95
    newest = old_id(90, now)
    a_group(api, 2, 3)
    put(api, user_of(4), participant_of(1, 0, 4, id=newest))
    put(api, message_of(1, 7, id=old_id(91, now)))
    joined = api.join(old_id(1), api.new_user())
    expected = [old_id(102), old_id(103), newest, joined["id"]]
    assert expected == sorted(expected)
    assert [one["id"] for one in api.participants(old_id(1))] == expected
    said = api.say(old_id(1))
    assert [one["id"] for one in api.ok("GET", f"/conversations/{old_id(1)}/messages")["messages"]] == [
        old_id(91, now),
        said["id"],
    ]
    assert api.unread(old_id(1)) == [2, 2, 2, 1]


def test_unread_counts_of_deleted_messages(api: Caller) -> None:
    """imports.5"""
    a_group(api, 2, 3, 4)
    put(api, message_of(1, 5), message_of(1, 6))
    put(api, *(participant_of(1, 102 + n, 2 + n, unreadCount=count) for n, count in enumerate((0, 1, 9))))
    assert api.unread(old_id(1)) == [0, 1, 9]
    put(api, participant_of(1, 103, 3, unreadCount=12))
    assert api.unread(old_id(1)) == [0, 12, 9]
    api.say(old_id(1))
    assert api.unread(old_id(1)) == [1, 13, 10]
    api.read(old_id(1), userId=old_id(3))
    api.ok("DELETE", f"/conversations/{old_id(1)}/messages")
    assert api.unread(old_id(1)) == [0, 0, 0]
    put(api, participant_of(1, 104, 4, unreadCount=3))
    assert api.unread(old_id(1)) == [0, 0, 3]


def test_the_default_conversation(api: Caller) -> None:
    """imports.6"""
    put(api, user_of(2), group_of(1, type="personal", isDefault=True), participant_of(1, 4, 2))
    refused = api("DELETE", f"/conversations/{old_id(1)}")
    assert titles_of(refused) == [f"Conversation {old_id(1)} cannot be deleted because it is the default."]
    later = api.new_personal(old_id(2))
    assert api.ok("GET", f"/conversations/{later}")["conversation"]["isDefault"] is False
    put(api, group_of(7, type="personal", isDefault=True), participant_of(7, 8, 2))
    assert api.ok("GET", f"/conversations/{old_id(7)}")["conversation"]["isDefault"] is False
    api.ok("DELETE", f"/users/{old_id(2)}")
    assert api("GET", f"/conversations/{old_id(1)}").status_code == 404


def test_the_default_conversation_follows_its_participant(api: Caller) -> None:
    """imports.6: after a merge at the source, or a leave, another conversation can be the default."""
    member = participant_of(1, 104, 2)
    leave = {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(104)}
    put(api, user_of(2), user_of(3, externalId="eve"), group_of(1, type="personal", isDefault=True), member)
    # The external id changes in the same request, which locks the users differently.
    put(api, participant_of(1, 104, 3), user_of(2, externalId="ada"))
    assert new_personal(api, old_id(2))["isDefault"]
    assert not new_personal(api, old_id(3))["isDefault"]
    put(api, leave)
    assert new_personal(api, old_id(3))["isDefault"]
    put(api, participant_of(1, 105, 3))
    assert not api.ok("GET", f"/conversations/{old_id(1)}")["conversation"]["isDefault"]


def new_personal(api: Caller, user: str) -> Any:
    """A personal conversation of a user."""
    body = {"type": "personal", "participants": [{"userId": user, "subscribeSDKClient": False}]}
    return api.ok("POST", "/conversations", body)["conversation"]


def test_refused_records_do_not_stop_the_others(api: Caller) -> None:
    """imports.7"""
    put(api, user_of(2, externalId="ada", identities=[{"type": "email", "value": "A@example.org"}]), group_of(1))
    put(api, user_of(3), group_of(4, type="personal"), participant_of(4, 5, 3), participant_of(1, 6, 3))
    sdk = {"id": old_id(20), "type": "sdk", "status": "active"}
    put(api, {"kind": "client", "userId": old_id(2), "client": sdk})
    far = f"{int(time.time()) + 3600:08x}{'0' * 16}"
    cases: list[tuple[Any, str]] = [
        (user_of(7, id=BAD_ID), 'user: id should match pattern "^[0-9a-f]{24}$(?!\\n)"'),
        (user_of(7, signedUpAt="yesterday"), "user: signedUpAt should be an ISO 8601 time with its offset"),
        (user_of(7, externalId="ada"), f"user: externalId ada belongs to the user {old_id(2)}"),
        (user_of(7, identities=[{"type": "email", "value": "a@example.org"}]),
         f"user: email a@example.org belongs to the user {old_id(2)}"),
        (user_of(2, brandId="7"), "user: brandId of an existing user cannot change: None"),
        (group_of(1, type="personal"), "conversation: type of an existing conversation cannot change: sdkGroup"),
        (group_of(8, type="broadcast"),
         "conversation: type should be equal to one of the allowed values: personal, sdkGroup"),
        (participant_of(9, 50, 3), f"the app has no conversation {old_id(9)}"),
        (participant_of(1, 50, 9), f"the app has no user {old_id(9)}"),
        (participant_of(1, 50, 3), TWICE + old_id(6)),
        (participant_of(4, 50, 2), "participant: a conversation of type personal has exactly one"),
        (participant_of(1, 50, 2, id=far),
         FUTURE.format("participant") + far),
        (participant_of(1, 50, 2, unreadCount=-1), "participant: unreadCount should be >= 0"),
        (message_of(9, 50), f"the app has no conversation {old_id(9)}"),
        (message_of(1, 50, id="f" * 24), FUTURE.format("message") + "f" * 24),
        (message_of(1, 50, content={"text": "x"}), "message: content should have required property 'type'"),
        ({"kind": "client", "userId": old_id(9), "client": sdk}, f"the app has no user {old_id(9)}"),
        ({"kind": "client", "userId": old_id(2), "client": {**sdk, "id": old_id(21)}},
         f"client: the user has the SDK client {old_id(20)} already"),
        ({"kind": "client", "userId": old_id(2), "client": {**sdk, "id": old_id(22), "status": "pending"}},
         "client.status should not be pending: its link request is not known here"),
    ]  # fmt: skip
    answer = put(api, *(record for record, _ in cases), user_of(10))
    assert titles(answer) == [title for _, title in cases]
    assert [one["index"] for one in answer["refused"]] == list(range(len(cases)))
    assert answer["created"] == 1


def test_another_app_is_not_changed(api: Caller, account: Caller) -> None:
    """imports.8"""
    other = new_app(account)
    a_group(other, 2)
    assert (
        titles(put(api, participant_of(1, 50, 2), message_of(1, 51)))
        == [f"the app has no conversation {old_id(1)}"] * 2
    )
    assert counts(put(api, user_of(2, profile={}), group_of(1, displayName="Mine"), participant_of(1, 102, 2))) == (
        3, 0, 0, 0,
    )  # fmt: skip
    put(api, {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(102)})
    assert other.ok("GET", f"/conversations/{old_id(1)}")["conversation"]["displayName"] == "Crew"
    assert [one["id"] for one in other.participants(old_id(1))] == [old_id(102)]
    assert other.ok("GET", f"/users/{old_id(2)}")["user"]["profile"]["givenName"] == "User 2"


def test_an_import_writes_no_events(api: Caller) -> None:
    """imports.9"""
    a_group(api, 2, 3)
    put(api, message_of(1, 5), {"kind": "leave", "conversationId": old_id(1), "participantId": old_id(102)})
    assert records(api) == []
    api.say(old_id(1))
    assert [one["type"] for one in records(api)] == ["conversation:message"]


@pytest.mark.one_engine
def test_limits_of_a_request(api: Caller) -> None:
    """imports.10"""
    path = extension(api, "/import")
    users = [user_of(number) for number in range(501)]
    assert titles_of(api("POST", path, {"records": users})) == [".records: should not have more than 500 items"]
    large = message_of(1, 5, content={"type": "text", "text": "x" * IMPORT_BYTES})
    assert error_of(api("POST", path, {"records": [large]})) == (
        413, "payload_too_large", "Request body is limited to 1 MB in size",
    )  # fmt: skip
    assert counts(put(api, *users[:500])) == (500, 0, 0, 0)
    assert titles_of(api("POST", path, {"records": [{"kind": "event"}]}))[0].startswith(
        "records[0].kind should be equal"
    )


def test_acts_on_messages_of_unknown_types_are_refused(api: Caller) -> None:
    """imports.2"""
    put(api, user_of(2), group_of(1, type="personal"), participant_of(1, 4, 2), message_of(1, 5, content={"type": "x"}))
    act = {"type": "postback", "messageId": old_id(5), "payload": "p"}
    body = {"userId": old_id(2), "clientId": old_id(20), "act": act}
    put(api, {"kind": "client", "userId": old_id(2), "client": {"id": old_id(20), "type": "sdk", "status": "active"}})
    refused = api("POST", extension(api, f"/conversations/{old_id(1)}/inbound"), body)
    assert titles_of(refused) == ["the message is of a type that this server does not know"]


@pytest.mark.one_engine
def test_the_client_and_the_command_import(api: Caller, tmp_path: Path) -> None:
    """imports.1"""
    record = ConversationRecord(conversation=group_of(1)["conversation"])
    result = api.sdk.imports.import_records(api.app_id, records=[UserRecord(user=user_of(2)["user"]), record])
    assert (result.created, result.refused) == (2, [])
    (tmp_path / "body.json").write_text(
        json.dumps({"records": [user_of(2), participant_of(1, 102, 2), user_of(3, id="x")]})
    )
    assert api.auth is not None
    given = ("--app", api.app_id, "--url", api.url, "--key-id", api.auth[0], "--key-secret", api.auth[1])
    done = command("call", "import-records", *given, "--body", f"@{tmp_path / 'body.json'}")
    assert counts(json.loads(done.stdout)) == (1, 0, 1, 1)
