"""Integrations: the supported types, their fields, pages, and keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.database import Database
from tests.harness import Caller, Server, error_of, titles_of
from tests.unit.integrations import CREDENTIALS, INTEGRATIONS
from tests.waiting import until

HOOK = {"target": "https://example.invalid/hook", "triggers": ["*"]}
CUSTOM = {"type": "custom", "webhooks": [HOOK]}
SDKS = ("web", "ios", "android", "unity")
SECRETS = CREDENTIALS | {"projectId", "clientEmail"}
OPTIONAL = {"hsmFallbackLanguage", "accountId", "accountManagementAccessToken"}


def create(api: Caller, **body: Any) -> Any:
    """Create an integration, by default a custom one."""
    return api.ok("POST", "/integrations", {**(CUSTOM if "type" not in body else {}), **body})["integration"]


@pytest.mark.parametrize("type_", INTEGRATIONS)
@pytest.mark.parametrize("form", [0, 1], ids=["minimal", "full"])
def test_all_fields_but_secrets_are_returned(api: Caller, database: Database, type_: str, form: int) -> None:
    """integrations.2, integrations.10, integrations.12"""
    given = {
        name: value
        for name, value in INTEGRATIONS[type_][form].items()
        if name not in ("webhooks", "defaultResponderId")
    }
    given |= {name: f"secret-{name}".ljust(88, "x") for name in SECRETS & given.keys()}
    created = create(api, type=type_, **({"webhooks": [HOOK]} if type_ == "custom" else {}), **given)
    assert created["status"] == "active"
    assert created == api.ok("GET", f"/integrations/{created['id']}")["integration"]
    kept = {name: value for name, value in given.items() if name not in SECRETS}
    assert kept.items() <= created.items()
    assert not SECRETS & created.keys()
    assert created.get("attachmentsEnabled") == (True if type_ in SDKS else None)
    changed = api.ok("PATCH", f"/integrations/{created['id']}", {"pageAccessToken": "secret-t", "displayName": "Again"})
    assert changed["integration"] == {**created, "displayName": "Again"}
    ((stored,),) = database.rows("SELECT settings FROM integration WHERE id = $1", created["id"])
    assert "secret" not in stored
    if type_ == "custom":
        (webhook,) = created["webhooks"]
        assert (webhook["version"], webhook["target"], webhook["triggers"]) == ("v2", HOOK["target"], ["*"])
        assert len(webhook["secret"]) > 40


@pytest.mark.parametrize("type_", sorted(set(INTEGRATIONS) - {"custom", *SDKS}))
def test_channels_need_stand_ins_and_credentials(api: Caller, other: Caller, type_: str) -> None:
    """integrations.1, integrations.10"""
    answer = other("POST", "/integrations", {"type": type_, **INTEGRATIONS[type_][0]})
    assert error_of(answer) == (400, "bad_request", "Invalid integration type")
    assert other.ok("GET", "/integrations")["integrations"] == []
    for name in INTEGRATIONS[type_][0].keys() - OPTIONAL:
        without = {key: value for key, value in INTEGRATIONS[type_][0].items() if key != name}
        assert any(name in title for title in titles_of(api("POST", "/integrations", {"type": type_, **without})))


def test_the_server_logs_that_channels_are_stand_ins(server: Server, other_server: Server) -> None:
    """integrations.10: one line, and only on a server with stand-ins."""

    def counts() -> list[int]:
        return [sum("third-party channels are stand-ins" in line for line in one.log) for one in (server, other_server)]

    until(lambda: counts()[0])
    assert counts() == [1, 0]


def test_a_custom_integration_needs_one_webhook(api: Caller) -> None:
    for webhooks, title in (
        ([], ".webhooks: should not have fewer than 1 items"),
        ([HOOK, HOOK], ".webhooks: should not have more than 1 items"),
        (None, "webhooks should not be null"),
    ):
        assert titles_of(api("POST", "/integrations", {"type": "custom", "webhooks": webhooks})) == [title]
    assert titles_of(api("POST", "/integrations", {"type": "custom"})) == ["should have required property 'webhooks'"]


def test_pages_and_types(api: Caller) -> None:
    created = [create(api, type=one) for one in ("web", "ios", "web", "unity")] + [create(api)]
    ids = [one["id"] for one in created]
    first = api.ok("GET", "/integrations", params={"page[size]": 2})
    assert [one["id"] for one in first["integrations"]] == ids[:2]
    assert first["meta"] == {"hasMore": True, "afterCursor": ids[1]}
    rest = api.http.get(first["links"]["next"], auth=api.auth).json()
    assert [one["id"] for one in rest["integrations"]] == ids[2:4]
    listed = api.ok("GET", "/integrations", params={"filter[types]": "custom,web", "page[size]": 2})
    assert [one["id"] for one in listed["integrations"]] == [ids[0], ids[2]]
    assert "filter[types]=custom%2Cweb" in listed["links"]["next"]
    following = api.http.get(listed["links"]["next"], auth=api.auth).json()
    assert following["integrations"] == [created[4]]
    assert api.ok("GET", "/integrations", params={"filter[types]": "telegram"})["integrations"] == []
    refused = api("GET", "/integrations", params={"filter[types]": "web,nothing"})
    assert error_of(refused) == (400, "bad_request", "Invalid query parameters")


def test_update_changes_the_given_fields(api: Caller) -> None:
    created = create(api, type="web", displayName="Web", brandColor="0a6", originWhitelist=["https://a.example"])
    path = f"/integrations/{created['id']}"
    changed = api.ok("PATCH", path, {"displayName": None, "originWhitelist": None, "brandColor": None, "token": "x"})
    del created["displayName"], created["originWhitelist"]
    assert changed["integration"] == created
    assert api.ok("PATCH", path, {"displayName": "Again", "displayStyle": "tab", "senderId": "1"})["integration"] == {
        **created,
        "displayName": "Again",
        "displayStyle": "tab",
    }


def test_delete_removes_keys_and_webhooks(api: Caller) -> None:
    integration = create(api)
    path = f"/integrations/{integration['id']}"
    key = api.ok("POST", f"{path}/keys", {"displayName": "Bot"})["key"]
    bot = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    assert bot("GET", "/users/nobody").status_code == 404
    assert api.ok("DELETE", path) == {}
    assert bot("GET", "/users/nobody").status_code == 401
    assert error_of(api("GET", path)) == (404, "integration_not_found", "Integration not found")
    assert api("DELETE", path).status_code == 404


def test_keys_of_a_custom_integration(api: Caller, account: Caller) -> None:
    integration = create(api)
    path = f"/integrations/{integration['id']}/keys"
    keys = [api.ok("POST", path, {"displayName": f"Key {number}"})["key"] for number in range(10)]
    assert all(one["id"].startswith("int_") and len(one["secret"]) == 86 for one in keys)
    refused = api("POST", path, {"displayName": "One more"})
    assert error_of(refused) == (400, "bad_request", "Integration has reached the max number of keys (10)")
    assert api.ok("GET", path) == {"keys": keys}
    assert api.ok("GET", f"{path}/{keys[3]['id']}") == {"key": keys[3]}
    # They are not keys of the app.
    app_keys = account.ok("GET", f"/v2/apps/{api.app_id}/keys")["keys"]
    assert [one["id"] for one in app_keys] == [api.auth[0] if api.auth else ""]
    assert account("GET", f"/v2/apps/{api.app_id}/keys/{keys[0]['id']}").status_code == 404
    assert account("DELETE", f"/v2/apps/{api.app_id}/keys/{keys[0]['id']}").status_code == 404
    other = create(api)
    assert api("GET", f"/integrations/{other['id']}/keys/{keys[0]['id']}").status_code == 404
    assert api.ok("DELETE", f"{path}/{keys[3]['id']}") == {}
    assert api("GET", f"{path}/{keys[3]['id']}").status_code == 404
    web = create(api, type="web")
    for method, body in (("GET", None), ("POST", {"displayName": "x"})):
        answer = api(method, f"/integrations/{web['id']}/keys", body)
        assert error_of(answer) == (400, "bad_request", "API keys are available only for custom integrations")


def test_concurrent_creations_respect_the_limit_of_keys(api: Caller) -> None:
    path = f"/integrations/{create(api)['id']}/keys"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api("POST", path, {"displayName": "x"}).status_code, range(16)))
    assert sorted(answers) == [201] * 10 + [400] * 6


def test_permissions_of_the_key_of_an_integration(api: Caller) -> None:
    mine, other = create(api), create(api)
    key = api.ok("POST", f"/integrations/{mine['id']}/keys", {"displayName": "Bot"})["key"]
    bot = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    user = bot.new_user("ada")
    assert bot.join(bot.new_group(), user)["userId"] == user
    for own in ("me", mine["id"]):
        path = f"/integrations/{own}/webhooks"
        assert bot.ok("GET", path) == {"webhooks": bot.ok("GET", "/integrations/me/webhooks")["webhooks"]}
        webhook = bot.ok("POST", path, HOOK)["webhook"]
        assert bot.ok("GET", f"{path}/{webhook['id']}") == {"webhook": webhook}
        changed = bot.ok("PATCH", f"{path}/{webhook['id']}", {"triggers": ["user:update"]})["webhook"]
        assert changed == {**webhook, "triggers": ["user:update"]}
        assert bot.ok("DELETE", f"{path}/{webhook['id']}") == {}
    foreign = other["webhooks"][0]["id"]
    assert bot("GET", f"/integrations/me/webhooks/{foreign}").status_code == 404
    calls: list[tuple[str, str, Any]]
    for integration_id in (other["id"], "0" * 24):
        calls = [
            ("GET", "", None), ("POST", "", HOOK), ("GET", f"/{foreign}", None),
            ("PATCH", f"/{foreign}", {}), ("DELETE", f"/{foreign}", None),
        ]  # fmt: skip
        for method, path, body in calls:
            answer = bot(method, f"/integrations/{integration_id}/webhooks{path}", body)
            assert error_of(answer) == (403, "forbidden", "Forbidden")
    calls = [
        ("GET", "/integrations", None), ("GET", "/integrations/me", None), ("DELETE", "/integrations/me", None),
        ("POST", "/integrations", CUSTOM), ("GET", "/integrations/me/keys", None), ("GET", "", None),
        ("POST", "/integrations/me/keys", {"displayName": "x"}), ("GET", "/keys", None),
    ]  # fmt: skip
    for method, path, body in calls:
        assert error_of(bot(method, path, body)) == (403, "forbidden", "Forbidden")
    # With the key of an app, `me` is an unknown integration.
    assert api("GET", "/integrations/me/webhooks").status_code == 404
