"""Apps: creating, listing, changing and deleting them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.api.database import Database
from tests.harness import Caller, Server, error_of, new_app
from tests.waiting import until

UNKNOWN = "0123456789abcdef01234567"
NO_APP = (404, "app_not_found", "App not found")
FORBIDDEN = (403, "forbidden", "Forbidden")
TOO_MUCH = (400, "bad_request", "App metadata is limited to 4096 bytes in size.")
ID = re.compile(r"[0-9a-f]{24}")
DEFAULTS = {
    "appLocalizationEnabled": True,
    "echoPostback": False,
    "maskCreditCardNumbers": True,
    "multiConvoEnabled": False,
    "useAnimalNames": False,
}
OWNED = ("participant", "membership", "conversation", "client", "external_id", "app_user", "event", "api_key")


def create(account: Caller, **body: Any) -> httpx.Response:
    """Try to create an app."""
    return account("POST", "/v2/apps", body)


def new_apps(account: Caller, count: int) -> list[Any]:
    """Create this many apps; returns them."""
    return [create(account, displayName=f"App {number}").json()["app"] for number in range(count)]


def test_create(account: Caller) -> None:
    """201, without metadata and with the default settings. No default claims behaviour that the server lacks."""
    answer = create(account, displayName="Dockyard")
    assert answer.status_code == 201
    app = answer.json()["app"]
    assert ID.fullmatch(app["id"])
    assert app == {"id": app["id"], "displayName": "Dockyard", "settings": DEFAULTS}
    assert account.ok("GET", f"/v2/apps/{app['id']}") == {"app": app}


def test_create_with_everything(account: Caller) -> None:
    """The response has the given values; the other settings have their defaults."""
    settings = {"multiConvoEnabled": True, "conversationRetentionSeconds": 0, "endSessionEnabled": True}
    answer = create(account, displayName="x" * 100, settings=settings, metadata={"a": 1, "b": "é", "c": False})
    app = answer.json()["app"]
    assert app["settings"] == {**DEFAULTS, **settings}
    assert app["metadata"] == {"a": 1, "b": "é", "c": False}
    assert account.ok("GET", f"/v2/apps/{app['id']}") == {"app": app}


def test_create_with_nulls(account: Caller) -> None:
    """On create null means absent, and unknown keys are ignored."""
    nulls: dict[str, Any] = {"settings": dict.fromkeys(DEFAULTS), "metadata": {"a": None}}
    for given in (nulls, {"settings": None, "metadata": None, "subdomain": "x"}):
        app = create(account, displayName="App", **given).json()["app"]
        assert app == {"id": app["id"], "displayName": "App", "settings": DEFAULTS}


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({}, "should have required property 'displayName'"),
        ({"displayName": None}, "displayName should not be null"),
        ({"displayName": ""}, "displayName should NOT be shorter than 1 characters"),
        ({"displayName": "x" * 101}, "displayName should NOT be longer than 100 characters"),
        ({"displayName": "A", "settings": []}, "settings should be object"),
        ({"displayName": "A", "settings": {"echoPostback": "yes"}}, "settings.echoPostback should be boolean"),
        (
            {"displayName": "A", "settings": {"conversationRetentionSeconds": -1}},
            "settings.conversationRetentionSeconds should be >= 0",
        ),
        ({"displayName": "A", "metadata": {"a": {}}}, "metadata.a should be string or number or boolean"),
    ],
)
def test_refused(account: Caller, body: dict[str, Any], title: str) -> None:
    """The title of the missing displayName is the API document's."""
    assert error_of(create(account, **body)) == (400, "bad_request", title)


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", ""), ("DELETE", "/{}")])
def test_account_only(api: Caller, method: str, path: str) -> None:
    """An app's key may neither create, list nor delete apps, including its own."""
    body = {"displayName": "A"} if method == "POST" else None
    assert error_of(api(method, f"/v2/apps{path.format(api.app_id)}", body)) == FORBIDDEN


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("app_id", [UNKNOWN, "nothing", "%00"])
def test_unknown(account: Caller, method: str, app_id: str) -> None:
    """requests.2, credentials.5: the account may learn that an app does not exist."""
    assert error_of(account(method, f"/v2/apps/{app_id}", {} if method == "PATCH" else None)) == NO_APP


def test_other_apps(api: Caller, account: Caller) -> None:
    """credentials.4: an app's key does not reveal whether another app exists."""
    for app_id in (new_app(account).app_id, UNKNOWN):
        for method in ("GET", "PATCH"):
            answer = api(method, f"/v2/apps/{app_id}", {} if method == "PATCH" else None)
            assert error_of(answer) == FORBIDDEN


def test_own_app(api: Caller) -> None:
    """An app's key may read and change its own app."""
    assert api.ok("GET", f"/v2/apps/{api.app_id}")["app"]["displayName"] == "App"
    assert api.ok("PATCH", f"/v2/apps/{api.app_id}", {"displayName": "Mine"})["app"]["displayName"] == "Mine"


def test_list(account: Caller, server: Server) -> None:
    """pages.3, pages.4: oldest first, in pages whose cursors are app ids."""
    apps = new_apps(account, 4)
    ids = [app["id"] for app in apps]
    assert ids == sorted(ids)
    listed = account.ok("GET", f"/v2/apps?page[after]={ids[0]}&page[size]=2")
    assert listed["apps"] == apps[1:3]
    assert listed["meta"] == {"hasMore": True, "afterCursor": ids[2], "beforeCursor": ids[1]}
    assert listed["links"]["next"].startswith(f"{server.url}/v2/apps?")
    sent = dict(parse_qsl(urlsplit(listed["links"]["next"]).query))
    assert sent == {"page[after]": ids[2], "page[size]": "2"}
    last = account.http.get(listed["links"]["next"], auth=account.auth).json()
    assert last["apps"] == apps[3:]
    assert last["meta"] == {"hasMore": False, "beforeCursor": ids[3]}
    back = account.ok("GET", f"/v2/apps?page[before]={ids[2]}&page[size]=2")
    assert back["apps"] == apps[:2]
    assert back["meta"]["hasMore"] is True  # the app of the sandbox is older


@pytest.mark.parametrize("query", ["page[size]=0", f"page[after]={UNKNOWN}&page[before]={UNKNOWN}", "page[after]=x"])
def test_list_invalid_page(account: Caller, query: str) -> None:
    """pages.1."""
    expected = (400, "bad_request", "Invalid page query parameters")
    assert error_of(account("GET", f"/v2/apps?{query}")) == expected


def test_list_by_service_account(account: Caller) -> None:
    """The server has no service accounts, so the id never matches."""
    title = "The serviceAccountId provided does not match supplied credentials"
    answer = account("GET", "/v2/apps", params={"filter[serviceAccountId]": UNKNOWN})
    assert error_of(answer) == (403, "forbidden", title)


def test_update(api: Caller) -> None:
    """Settings and metadata are merged key by key; a missing or null name or setting does not change."""
    path = f"/v2/apps/{api.app_id}"
    api.ok("PATCH", path, {"settings": {"echoPostback": True}, "metadata": {"a": 1, "b": 2}})
    change = {"displayName": None, "settings": {"useAnimalNames": True, "echoPostback": None}}
    answer = api("PATCH", path, {**change, "metadata": {"b": "two", "c": True}})
    assert answer.status_code == 200
    app = answer.json()["app"]
    assert app["displayName"] == "App"
    assert app["settings"] == {**DEFAULTS, "echoPostback": True, "useAnimalNames": True}
    assert app["metadata"] == {"a": 1, "b": "two", "c": True}
    assert api.ok("GET", path) == answer.json() == api.ok("PATCH", path, {})


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"a": None}, {"b": 2}), ({"a": None, "b": None}, None), (None, None), ({}, {"a": 1, "b": 2})],
)
def test_update_of_metadata(api: Caller, change: Any, expected: Any) -> None:
    """metadata.1: a null value removes its key, and null removes all keys; empty metadata is left out."""
    path = f"/v2/apps/{api.app_id}"
    api.ok("PATCH", path, {"metadata": {"a": 1, "b": 2}})
    assert api.ok("PATCH", path, {"metadata": change})["app"].get("metadata") == expected
    assert api.ok("GET", path)["app"].get("metadata") == expected


def test_multi_convo_cannot_be_disabled(api: Caller) -> None:
    """The setting cannot be disabled once it is enabled; a refused update changes nothing."""
    path = f"/v2/apps/{api.app_id}"
    api.ok("PATCH", path, {"settings": {"multiConvoEnabled": False}})
    on = api.ok("PATCH", path, {"settings": {"multiConvoEnabled": True}})
    status, code, title = error_of(api("PATCH", path, {"displayName": "B", "settings": {"multiConvoEnabled": False}}))
    assert (status, code) == (400, "bad_request")
    assert "multiConvoEnabled" in title
    assert api.ok("GET", path) == on


def test_metadata_limit(account: Caller, api: Caller) -> None:
    """Up to 4096 bytes; the title is the API document's."""
    fits, path = {"k": "x" * 4088}, f"/v2/apps/{api.app_id}"
    assert create(account, displayName="A", metadata=fits).json()["app"]["metadata"] == fits
    assert error_of(create(account, displayName="A", metadata={"k": "x" * 4089})) == TOO_MUCH
    api.ok("PATCH", path, {"metadata": fits})
    assert error_of(api("PATCH", path, {"metadata": {"kk": "x"}})) == TOO_MUCH
    assert api.ok("GET", path)["app"]["metadata"] == fits


def test_delete(account: Caller) -> None:
    """200 with an empty object; then the app is unknown, its key is refused, and no list contains it."""
    doomed = new_app(account)
    (other,) = new_apps(account, 1)
    answer = account("DELETE", f"/v2/apps/{doomed.app_id}")
    assert answer.status_code == 200
    assert answer.json() == {}
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/keys"), ("GET", "/users/ada")]:
        assert error_of(account(method, f"/v2/apps/{doomed.app_id}{path}")) == NO_APP
    assert error_of(doomed("GET", "/users/ada")) == (401, "unauthorized", "Authorization is required")
    listed = account.ok("GET", f"/v2/apps?page[before]={other['id']}&page[size]=1")
    assert doomed.app_id not in [app["id"] for app in listed["apps"]]


def test_deleted_apps_are_purged(account: Caller, api: Caller, database: Database) -> None:
    """All rows of the app are deleted soon after; the rows of another app stay."""
    doomed = new_app(account)
    for caller in (doomed, api):
        ada = caller.new_user("ada")
        group = caller.new_group(caller.new_user())
        caller.join(group, ada, subscribe=True)
        caller.say(group)
    account.ok("DELETE", f"/v2/apps/{doomed.app_id}")
    until(lambda: not database.rows("SELECT id FROM app WHERE id = $1", doomed.app_id))
    for table in OWNED:
        counts = [
            database.rows(f"SELECT count(*) FROM {table} WHERE app_id = $1", caller.app_id)[0][0]
            for caller in (doomed, api)
        ]
        assert counts[0] == 0 < counts[1], table
