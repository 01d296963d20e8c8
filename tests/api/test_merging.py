"""Merging of users: the rules merging.* of docs/behaviour.md."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.database import Database
from tests.api.endpoint import Endpoint
from tests.api.event_records import event_types, events_of
from tests.api.importing import add_client, associate
from tests.api.sandbox import login, with_email
from tests.api.test_streams import data_of, streaming
from tests.delivery.receiver import documented
from tests.harness import Caller, Server, error_of, init, new_app
from tests.waiting import until

METADATA_BYTES = 4096


def merged(api: Caller, discarded: str, surviving: str = "ada") -> Any:
    """Merge a user into the user with an external id; returns the surviving user."""
    return login(api, discarded, externalId=surviving)


def payload(api: Caller) -> Any:
    """The payload of the last merge."""
    return [one.payload for one in events_of(api) if one.type == "user:merge"][-1]


def clients_of(api: Caller, user: str) -> list[str]:
    """The ids of a user's clients."""
    return [one["id"] for one in api.ok("GET", f"/users/{user}/clients")["clients"]]


def test_memberships(api: Caller, database: Database) -> None:
    """Participants move unchanged. Of two in one group, the surviving user's participant stays (merging.1)."""
    ada, guest, bob = api.new_user("ada"), api.new_user(), api.new_user()
    alone, both = api.new_group(bob, guest), api.new_group(guest, bob, ada)
    for group in (alone, both):
        api.say(group)
        said = api.say(group, "Mine", userId=guest)
        api.say(group)
    before = [api.participants(group) for group in (alone, both)]
    merged(api, guest)
    handed = {**before[0][1], "userId": ada, "userExternalId": "ada"}
    assert (handed["unreadCount"], handed["lastRead"]) == (1, before[0][1]["lastRead"])
    assert api.participants(alone) == [before[0][0], handed]
    kept = {**before[1][2], "unreadCount": 1, "lastRead": before[1][0]["lastRead"]}
    assert api.participants(both) == [before[1][1], kept]
    found = api.ok("GET", "/conversations", params={"filter[userId]": ada})["conversations"]
    assert {one["id"] for one in found} == {alone, both}
    # Messages keep their author, and the surviving user can post and leave.
    assert said in api.ok("GET", f"/conversations/{both}/messages")["messages"]
    assert said["author"]["userId"] == guest
    api.say(alone, userId=ada)
    api.leave(both, userExternalId="ada")
    api.leave(alone, participantId=handed["id"])
    assert [len(api.participants(group)) for group in (alone, both)] == [1, 1]
    counts = database.rows("SELECT participant_count FROM conversation WHERE app_id = $1", api.app_id)
    assert [count for (count,) in counts] == [1, 1]
    types = event_types(api)
    assert (types.count("conversation:join"), types.count("conversation:leave"), types.count("user:remove")) == (
        0,
        2,
        0,
    )


def test_the_later_last_read_is_kept(api: Caller) -> None:
    """The surviving user's participant has read more (merging.1)."""
    ada, guest, group = api.new_user("ada"), api.new_user(), api.new_group()
    for one in (ada, guest):
        api.join(group, one)
    api.say(group, userId=guest)
    api.say(group, userId=ada)
    api.say(group)
    before = api.participants(group)[0]
    merged(api, guest)
    assert api.participants(group) == [before]


def test_personal_conversations(api: Caller) -> None:
    """Personal conversations move to the surviving user, and one of them is the default (merging.2)."""
    ada, guest, late = api.new_user("ada"), api.new_user(), api.new_user("late")
    own, first, second = api.new_personal(ada), api.new_personal(guest), api.new_personal(guest)
    merged(api, guest)
    found = api.ok("GET", "/conversations", params={"filter[userId]": ada})["conversations"]
    assert {one["id"]: one["isDefault"] for one in found} == {own: True, first: False, second: False}
    assert api.ok("DELETE", f"/conversations/{first}") == {}
    merged(api, ada, "ada")
    # The surviving user had no personal conversation.
    guest = api.new_user()
    only = api.new_personal(guest)
    merged(api, guest, "late")
    assert api.ok("GET", f"/conversations/{only}")["conversation"]["isDefault"] is True
    later = api.new_personal(late)
    assert api.ok("GET", f"/conversations/{later}")["conversation"]["isDefault"] is False
    api.ok("DELETE", f"/users/{late}")
    assert api("GET", f"/conversations/{only}").status_code == 404


def test_clients(api: Caller) -> None:
    """Of two SDK clients, the surviving user's client stays and takes over the associations (merging.3)."""
    ada, guest = api.new_user("ada"), api.new_user()
    add_client(api, guest, "1" * 24)
    groups = [api.new_group() for _ in range(3)]
    for one in (ada, guest):
        api.join(groups[0], one, subscribe=True)
    api.join(groups[1], guest, subscribe=True)
    api.join(groups[2], ada)
    seat = api.join(groups[2], guest, subscribe=True)
    (sdk,) = clients_of(api, ada)
    (gone,) = set(clients_of(api, guest)) - {"1" * 24}
    associate(api, groups[2], seat, ("twilio", "1" * 24), ("sdk", gone))
    merged(api, guest)
    assert sorted(clients_of(api, ada)) == sorted([sdk, "1" * 24])
    own = {"type": "sdk", "clientId": sdk}
    shown = [[one["clientAssociations"] for one in api.participants(group)] for group in groups]
    assert shown == [[[own]], [[own]], [[{"type": "twilio", "clientId": "1" * 24}, own]]]
    merged_clients = payload(api)["mergedClients"]
    assert (merged_clients["surviving"]["id"], merged_clients["discarded"]["id"]) == (sdk, gone)
    # Only the discarded user has an SDK client.
    late, guest = api.new_user("late"), api.new_user()
    api.join(groups[0], guest, subscribe=True)
    before = clients_of(api, guest)
    merged(api, guest, "late")
    assert clients_of(api, late) == before
    assert "mergedClients" not in payload(api)
    assert "client:remove" not in event_types(api)


def test_fields(api: Caller) -> None:
    """The surviving user keeps its fields, and gets missing ones from the discarded user (merging.4)."""
    early, late = "2019-01-01T00:00:00.000Z", "2021-01-01T00:00:00.000Z"
    ada = api.new_user("ada", signedUpAt=late, profile={"givenName": "Ada"}, metadata={"a": 1})
    guest = api.new_user(
        signedUpAt=early,
        profile={"givenName": "G", "surname": "Guest", "locale": "en"},
        metadata={"b": 2, "a": 3},
        toBeRetained=True,
    )
    login(api, ada, email="ada@example.org")
    login(api, guest, email="guest@example.org", zendeskId="77")
    user = merged(api, guest)
    identities = [{"type": "email", "value": f"{one}@example.org", "verification": "sso"} for one in ("ada", "guest")]
    assert user == {
        "id": ada,
        "authenticated": True,
        "externalId": "ada",
        "zendeskId": "77",
        "signedUpAt": early,
        "toBeRetained": True,
        "profile": {"givenName": "Ada", "surname": "Guest", "locale": "en"},
        "metadata": {"a": 1, "b": 2},
        "identities": identities,
    }
    assert with_email(api, "guest@example.org") == [user]


@pytest.mark.parametrize("room", [0, 1])
def test_metadata_that_does_not_fit_is_reported(api: Caller, room: int) -> None:
    """The limit applies to the encoded metadata, to the byte (merging.5)."""
    own = {"own": "ü" * 100}
    fitting = {"fits": "x"}
    used = len(json.dumps({**own, **fitting}, ensure_ascii=False, separators=(",", ":")).encode())
    # `,"long":""` takes ten bytes.
    long = {"long": "y" * (METADATA_BYTES - used - 10 + (1 - room))}
    small = {"small": 1}
    api.new_user("ada", metadata=own)
    guest = api.new_user(metadata={**fitting, **long, **small, "own": "other"})
    user = merged(api, guest)
    expected = {**own, **fitting, **(long if room else small)}
    left = small if room else long
    assert user["metadata"] == expected
    assert payload(api)["discardedMetadata"] == left


def test_the_discarded_user_is_gone(api: Caller, database: Database) -> None:
    """Its id is unknown everywhere (merging.6)."""
    ada, guest, group = api.new_user("ada"), api.new_user(), api.new_group()
    seat = api.join(group, guest)
    merged(api, guest)
    no_user = (404, "user_not_found", "User not found")
    for method, path, body in (
        ("GET", f"/users/{guest}", None),
        ("DELETE", f"/users/{guest}", None),
        ("GET", f"/conversations?filter[userId]={guest}", None),
        ("POST", f"/conversations/{group}/join", {"userId": guest, "subscribeSDKClient": False}),
        ("POST", f"/conversations/{group}/leave", {"userId": guest}),
    ):
        assert error_of(api(method, path, body)) == no_user
    assert api.join(group, ada)["id"] == seat["id"]
    # A stream with full users shows the discarded user, although no webhook asked for full users.
    with streaming(api, "0", trigger="user:merge", includeFullUser="true") as lines:
        (event,) = data_of(lines)[1]["events"]
    assert "profile" in event["payload"]["mergedUsers"]["discarded"]
    for table in ("membership", "client", "identifier", "external_id"):
        assert database.rows(f"SELECT 1 FROM {table} WHERE app_id = $1 AND user_id = $2", api.app_id, guest) == []


def test_webhooks_get_full_users(calling: Server, endpoint: Endpoint) -> None:
    """`user:merge` has both users in full (webhooks.7), and is in the lane of the surviving user."""
    account = Caller(calling.url, init(calling.database_url).account_auth)
    api = new_app(account)
    for full in (True, False):
        hook = {"target": f"{endpoint.url}/{full}", "triggers": ["user:merge"], "includeFullUser": full}
        api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    ada, guest = api.new_user("ada"), api.new_user(profile={"surname": "Guest"})
    merged(api, guest)
    until(lambda: len(endpoint.came) >= 2)
    calls = {headers["X-Path"].rpartition("/")[2]: body for headers, body in endpoint.came}
    for body in calls.values():
        documented(json.dumps(body).encode())
    users = {full: body["events"][0]["payload"]["mergedUsers"] for full, body in calls.items()}
    assert (users["True"]["surviving"]["id"], users["True"]["discarded"]["id"]) == (ada, guest)
    assert users["True"]["surviving"]["profile"] == users["True"]["discarded"]["profile"] == {"surname": "Guest"}
    assert "profile" not in users["False"]["surviving"]
    assert "profile" not in users["False"]["discarded"]
    listed = api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries?filter[userId]={ada}")["deliveries"]
    assert [one["eventType"] for one in listed] == ["user:merge"] * 2
    api.http.close()
