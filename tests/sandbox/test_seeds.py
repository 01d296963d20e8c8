"""Seeds: the initial contents of an app of a sandbox, which a reset restores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.databases import rows
from tests.harness import Caller, Server, error_of, new_app, titles_of

ROOT = Path(__file__).parents[2]
SEED = "/heliograph/v1/apps/{}/sandbox/seed"
RESET = "/heliograph/v1/apps/{}/sandbox/reset"
LINK = {"type": "link", "text": "Open", "uri": "https://shop.example.org"}
SHOP: dict[str, Any] = {
    "name": "Shop",
    "settings": {"multiConvoEnabled": True},
    "metadata": {"plan": "gold"},
    "user": [
        {"externalId": "ada", "profile": {"givenName": "Ada", "email": "ada@example.org"}},
        {"externalId": "grace", "metadata": {"vip": True}},
    ],
    "conversation": [
        {
            "name": "crew",
            "type": "sdkGroup",
            "description": "All of us",
            "participants": ["grace", "ada"],
            "messages": [
                {"from": "ada", "text": "Hello"},
                {"from": "business", "text": "Hi", "replies": ["Track", "Return"], "metadata": {"a": 1}},
                {"from": "business", "content": {"type": "text", "text": "Shop", "actions": [LINK]}},
            ],
        },
        {"name": "support", "type": "personal", "participants": ["ada"]},
    ],
    "integration": [
        {"type": "web", "name": "site"},
        {
            "type": "custom",
            "name": "bot",
            "webhook": {"target": "https://bot.example.invalid/", "triggers": ["*"], "includeFullUser": True},
        },
    ],
}


def seed(api: Caller, **changes: Any) -> Any:
    """Seed the app; returns the counts."""
    return api.ok("PUT", SEED.format(api.app_id), {**SHOP, **changes})["created"]


def exported(api: Caller) -> Any:
    """The export of the app as a seed, without the settings of web integrations."""
    found = api.ok("GET", SEED.format(api.app_id))["seed"]
    for one in found.get("integration", []):
        if one["type"] == "web":
            one.pop("settings", None)
            for name in set(one) - {"type", "name"}:
                del one[name]
    return found


def state(server: Server, api: Caller) -> Any:
    """Everything in the app that a second seeding must not change."""
    found = {}
    for table in ("app_user", "conversation", "participant", "message", "integration", "webhook", "event", "delivery"):
        found[table] = sorted(
            rows(server.database_url, f"SELECT * FROM {table} WHERE app_id = $1", api.app_id), key=str
        )
    return found


def test_the_export_of_a_seeded_app_equals_the_seed(api: Caller) -> None:
    assert seed(api) == {"users": 2, "conversations": 2, "integrations": 2}
    assert exported(api) == SHOP


def test_an_export_with_equal_names_and_users_who_left_can_be_loaded(account: Caller) -> None:
    """Equal names are numbered, and messages of users who left become messages of the business."""
    first, second = new_app(account), new_app(account)
    for name in ("crew", "crew", "crew 2"):
        first.ok("POST", "/conversations", {"type": "sdkGroup", "displayName": name})
    hook = {"target": "https://bot.example.invalid/", "triggers": ["*"]}
    for _ in range(2):
        first.ok("POST", "/integrations", {"type": "custom", "displayName": "bot", "webhooks": [hook]})
    group = first.new_group(first.new_user("bob"))
    first.say(group, "Bye", userExternalId="bob")
    first.leave(group, userExternalId="bob")
    found = exported(first)
    assert [one["name"] for one in found["conversation"]][:3] == ["crew", "crew 2", "crew 2 2"]
    assert [one["name"] for one in found["integration"]] == ["bot", "bot 2"]
    assert found["conversation"][3]["messages"] == [{"from": "business", "text": "Bye"}]
    second.ok("PUT", SEED.format(second.app_id), found)
    assert exported(second) == found


def test_the_ids_of_conversations_and_integrations_are_in_the_response(api: Caller) -> None:
    found = api.ok("PUT", SEED.format(api.app_id), SHOP)
    assert set(found["integrations"]) == {"site", "bot"}
    assert [one["userExternalId"] for one in api.participants(found["conversations"]["crew"])] == ["grace", "ada"]


def test_a_second_seeding_changes_nothing(server: Server, api: Caller) -> None:
    seed(api)
    before = state(server, api)
    assert seed(api) == {"users": 0, "conversations": 0, "integrations": 0}
    assert state(server, api) == before


def test_the_script_of_an_inbox(api: Caller) -> None:
    steps = ["503 x3", {"status": 201, "body": {"ok": True}}]
    seed(api, inbox={"default": steps})
    path = f"/heliograph/v1/apps/{api.app_id}/sandbox/inboxes/default"
    assert api.ok("GET", path)["inbox"]["steps"] == steps
    api.ok("PUT", f"{path}/script", {"steps": ["200"]})
    api.ok("POST", RESET.format(api.app_id))
    assert api.ok("GET", path)["inbox"]["steps"] == steps
    assert exported(api) == {**SHOP, "inbox": {"default": steps}}


def test_a_seeding_adds_what_is_missing(api: Caller) -> None:
    seed(api)
    api.ok("DELETE", "/users/grace")
    more = [*SHOP["user"], {"externalId": "bob"}]
    assert seed(api, user=more) == {"users": 2, "conversations": 0, "integrations": 0}
    assert api.ok("GET", "/users/bob")["user"]["externalId"] == "bob"


def test_events_exist_and_webhooks_are_not_called_with_them(server: Server, api: Caller) -> None:
    seed(api)
    types = rows(server.database_url, "SELECT type FROM event WHERE app_id = $1 ORDER BY id", api.app_id)
    assert [one for (one,) in types] == [
        "conversation:create", "conversation:message", "conversation:message", "conversation:message",
        "conversation:create",
    ]  # fmt: skip
    assert rows(server.database_url, "SELECT * FROM delivery WHERE app_id = $1", api.app_id) == []


def test_a_reset_returns_the_app_to_its_seed(server: Server, api: Caller) -> None:
    """Ids, keys and secrets stay the same."""
    seed(api)
    before = shown(api)
    crew = before["conversations"]["crew"]
    api.say(crew)
    api.leave(crew, userExternalId="ada")
    api.new_user("eve")
    api.ok("DELETE", "/users/grace")
    (_, bot) = api.ok("GET", "/integrations")["integrations"]
    api.ok("DELETE", f"/integrations/{bot['id']}")
    assert api.ok("POST", RESET.format(api.app_id)) == {}
    assert exported(api) == SHOP
    assert shown(api) == before
    assert error_of(api("GET", "/users/eve"))[:2] == (404, "user_not_found")
    assert rows(server.database_url, "SELECT * FROM delivery WHERE app_id = $1", api.app_id) == []


def test_a_reset_restores_name_and_settings(account: Caller, api: Caller) -> None:
    seed(api)
    path = f"/v2/apps/{api.app_id}"
    before = account.ok("GET", path)["app"]
    account.ok("PATCH", path, {"displayName": "Other", "settings": {"useAnimalNames": True}, "metadata": {"x": 1}})
    api.ok("POST", RESET.format(api.app_id))
    assert account.ok("GET", path)["app"] == before


def shown(api: Caller) -> Any:
    """The ids and secrets of the objects that the seed creates."""
    users = {name: api.ok("GET", f"/users/{name}")["user"]["id"] for name in ("ada", "grace")}
    listed = api.ok("GET", "/conversations?filter[userExternalId]=ada")["conversations"]
    integrations = [
        (one["id"], [(hook["id"], hook["secret"]) for hook in one.get("webhooks", [])])
        for one in api.ok("GET", "/integrations")["integrations"]
    ]
    conversations = {one["displayName"]: one["id"] for one in listed}
    return {"users": users, "conversations": conversations, "integrations": integrations}


def test_repeated_users_and_patterns(api: Caller) -> None:
    """A conversation of a seed may have more participants than a request may create."""
    users = [{"externalId": "ada"}, {"repeat": 30, "externalId": "user-{n}", "profile": {"givenName": "Number {n}"}}]
    crew = {"name": "crew", "participants": ["ada", "user-*", "user-1"]}
    counts = seed(api, user=users, conversation=[crew], integration=[])
    assert counts == {"users": 31, "conversations": 1, "integrations": 0}
    assert api.ok("GET", "/users/user-30")["user"]["profile"] == {"givenName": "Number 30"}
    ((conversation),) = api.ok("GET", "/conversations?filter[userExternalId]=user-7")["conversations"]
    members = [one["userExternalId"] for one in api.participants(conversation["id"])]
    assert members == ["ada", *(f"user-{n}" for n in range(1, 31))]


def test_ids_and_the_secret_of_a_webhook_can_be_set(api: Caller) -> None:
    ids = [f"{number}0000000000000{api.app_id[:10]}" for number in range(3)]
    hook = {"target": "https://bot.example.invalid/", "secret": "shh"}
    seed(
        api,
        user=[{"id": ids[0], "externalId": "ada"}],
        conversation=[{"id": ids[1], "name": "crew", "participants": ["ada"]}],
        integration=[{"id": ids[2], "type": "custom", "name": "bot", "webhook": hook}],
    )
    assert api.ok("GET", "/users/ada")["user"]["id"] == ids[0]
    assert [one["userId"] for one in api.participants(ids[1])] == [ids[0]]
    (made,) = api.ok("GET", "/integrations")["integrations"]
    assert (made["id"], made["webhooks"][0]["secret"]) == (ids[2], "shh")


def test_an_inbox_is_the_target_of_a_webhook(api: Caller) -> None:
    hook = {"type": "custom", "name": "bot", "webhook": {"target": "inbox:default", "triggers": ["*"]}}
    seed(api, integration=[hook])
    (made,) = api.ok("GET", "/integrations")["integrations"]
    assert made["webhooks"][0]["target"] == f"{api.url}/_inbox/{api.app_id}/default"
    assert exported(api)["integration"] == [hook]


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"user": [{"profile": {}}]}, "user[0]: should have required property 'externalId'"),
    ({"user": [{"externalId": "a"}, {"externalId": 7}]}, "user[1]: externalId should be string"),
    ({"user": [{"externalId": "a", "externalID": "b"}]}, "user[0]: unknown field externalID"),
    ({"user": [{"externalId": "a"}, {"externalId": "a"}]}, "user[1]: a is given twice"),
    ({"user": [{"externalId": "a", "id": "x"}]}, "user[0]: id should be 24 lowercase hex characters"),
    ({"user": [{"externalId": "a{n}", "repeat": 0}]}, "user[0]: repeat should be an integer from 1 to 100000"),
    ({"conversation": [{}]}, "conversation[0]: should have required property 'name'"),
    ({"conversation": [{"name": "c", "participants": ["nobody"]}]},
     "conversation[0]: no user of this seed has the external id nobody"),
    ({"conversation": [{"name": "c", "type": "personal"}]},
     "conversation[0]: participants should have exactly 1 item in a conversation of type personal"),
    ({"conversation": [{"name": "c", "messages": [{"from": "ada", "text": "x"}]}]},
     "conversation[0].messages[0]: from should be business, or a participant: ada"),
    ({"conversation": [{"name": "c", "messages": [{"text": 7}]}]},
     "conversation[0].messages[0]: content.text should be string"),
    ({"conversation": [{"name": "c", "messages": [{"txt": "x"}]}]},
     "conversation[0].messages[0]: unknown field txt"),
    ({"integration": [{"name": "i", "type": "web", "webhook": {"target": "https://bot.example.invalid/"}}]},
     "integration[0]: only an integration of type custom has a webhook"),
    ({"integration": [{"name": "i", "webhook": {"target": "http://10.0.0.1/"}}]}, "integration[0]: webhooks[0].target"),
    ({"integration": [{"name": "i", "type": "fax"}]}, "integration[0]: type"),
    ({"inbox": {"default": ["oops"]}}, "inbox.default: "),
    ({"inbox": {"a b": ["200"]}}, "inbox.a b: an inbox should have a name of up to 64"),
    ({"inbox": {f"box-{n}": ["200"] for n in range(101)}}, "inbox: a seed has at most 100 inboxes"),
    ({"integration": [{"name": "i", "webhook": {"target": "inbox:../../v2"}}]}, "integration[0]: an inbox should have"),
    ({"integration": [{"name": "i", "webhook": {"target": "inbox:a", "secret": "a\nb"}}]},
     "integration[0]: webhook.secret should be a string of printable ASCII characters"),
    ({"conversation": [{"name": "c", "messages": [{"text": "x", "replies": 3}]}]},
     "conversation[0].messages[0]: replies should be array"),
    ({"conversation": [{"name": "c", "messages": [{"content": "x", "replies": ["a"]}]}]},
     "conversation[0].messages[0]: replies should be array, and content object"),
    ({"settings": {"multiConvoEnabled": "yes"}}, "settings.multiConvoEnabled should be boolean"),
]  # fmt: skip


@pytest.mark.parametrize(("invalid", "title"), INVALID, ids=[title[:40] for _, title in INVALID])
def test_an_invalid_object_is_named_and_nothing_is_created(
    server: Server, api: Caller, invalid: Any, title: str
) -> None:
    response = api("PUT", SEED.format(api.app_id), {"user": [{"externalId": "first"}], **invalid})
    assert any(one.startswith(title) or title in one for one in titles_of(response)), response.text
    assert state(server, api)["app_user"] == []


def test_a_rule_of_the_database_refuses_the_whole_seed(server: Server, api: Caller) -> None:
    hooks = [
        {"name": f"bot {n}", "type": "custom", "webhook": {"target": "https://bot.example.invalid/"}} for n in range(11)
    ]
    response = api("PUT", SEED.format(api.app_id), {"user": [{"externalId": "ada"}], "integration": hooks})
    assert titles_of(response) == ["integration[10]: App has reached the max number of webhooks (10)"]
    assert state(server, api)["app_user"] == state(server, api)["integration"] == []
