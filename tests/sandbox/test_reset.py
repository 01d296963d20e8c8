"""The reset of an app."""

from __future__ import annotations

from heliograph.storage.rows.apps import OWNED
from tests.databases import rows
from tests.harness import Caller, Server, error_of, new_app

RESET = "/heliograph/v1/apps/{}/sandbox/reset"
TABLES = (*OWNED, "integration", "webhook", "event", "delivery", "attachment")
HOOK = {"target": "https://bot.example.invalid/", "triggers": ["*"]}


def counts(server: Server, app_id: str) -> dict[str, int]:
    """The number of rows of the app in each table."""
    found = {table: rows(server.database_url, f"SELECT count(*) FROM {table} WHERE app_id = $1", app_id)[0][0]
             for table in TABLES}  # fmt: skip
    return {table: count for table, count in found.items() if count}


def fill(api: Caller) -> tuple[str, str]:
    """Create an object of each kind; returns the ids of the user and the group."""
    integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})["integration"]["id"]
    api.ok("POST", f"/integrations/{integration}/keys", {"displayName": "Bot"})
    ada = api.new_user("ada")
    group = api.new_group(ada)
    api.say(group, userId=ada)
    assert len(api.participants(group)) == 1
    return ada, group


def test_everything_in_the_app_is_deleted(server: Server, account: Caller, api: Caller) -> None:
    neighbour = new_app(account)
    _, untouched = fill(neighbour)
    before = counts(server, neighbour.app_id)
    ada, group = fill(api)
    assert api.ok("POST", RESET.format(api.app_id)) == {}
    assert counts(server, api.app_id) == {}
    assert error_of(api("GET", f"/conversations/{group}/participants"))[:2] == (404, "conversation_not_found")
    assert error_of(api("GET", f"/users/{ada}"))[:2] == (404, "user_not_found")
    assert counts(server, neighbour.app_id) == before
    assert len(neighbour.participants(untouched)) == 1


def test_the_app_can_be_used_again(api: Caller) -> None:
    fill(api)
    api.ok("POST", RESET.format(api.app_id))
    ada, group = fill(api)
    assert [one["userId"] for one in api.participants(group)] == [ada]


def test_keys_of_the_app_stay_and_those_of_integrations_go(api: Caller) -> None:
    integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [HOOK]})["integration"]["id"]
    key = api.ok("POST", f"/integrations/{integration}/keys", {"displayName": "Bot"})["key"]
    auth = (key["id"], key["secret"])
    assert api("GET", f"/integrations/{integration}/webhooks", auth=auth).status_code == 200
    api.ok("POST", RESET.format(api.app_id))
    assert api("GET", f"/integrations/{integration}/webhooks", auth=auth).status_code == 401
    assert api.ok("GET", "/integrations")["integrations"] == []
