"""Recorded requests: GET /heliograph/v1/apps/{appId}/requests, and what is in them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.recording import listed, path, recorded
from tests.databases import everything, new_database
from tests.harness import Caller, Server, error_of, init, new_app, serving, titles_of
from tests.security.calls import Walk, basic
from tests.security.credentials import bearer

MASK = "•••••"
KEPT = 400
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def recorder(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that records requests."""
    options = ("--record-requests", str(KEPT), "--stand-ins", "yes", "--sandbox-tools", "yes")
    with serving(new_database(engine, tmp_path_factory.mktemp("recorder")), *options) as server:
        yield server


@pytest.fixture(scope="module")
def owner(recorder: Server) -> Iterator[Caller]:
    """A caller with the account key of that server."""
    caller = Caller(recorder.url, init(recorder.database_url).account_auth)
    yield caller
    caller.http.close()


@pytest.fixture
def own(owner: Caller) -> Caller:
    """A caller with the key of a fresh app of that server."""
    return new_app(owner)


def sent_and_recorded(api: Caller, method: str, where: str, body: Any = None, **more: Any) -> Any:
    """Send a request; returns what is recorded of it."""
    return recorded(api, api(method, where, body, **more).headers["x-request-id"])


def shown(api: Caller, **filters: str) -> list[Any]:
    """The requests of the first page, without the one that made the app's key."""
    return [one for one in listed(api, **filters) if one.get("operation") != "CreateAppKey"]


def stored(server: Server) -> str:
    """The whole table of recorded requests, as text."""
    return json.dumps(everything(server.database_url)["request"], ensure_ascii=False)


def test_a_request_with_its_response_and_its_events(own: Caller) -> None:
    """recording.1"""
    assert own.auth is not None
    ada, group = own.new_user(), own.new_group()
    body = {"userId": ada, "subscribeSDKClient": False}
    answer = own("POST", f"/conversations/{group}/join", body, headers={"x-trace": "a"})
    found = recorded(own, answer.headers["x-request-id"])
    assert (found["method"], found["path"]) == ("POST", f"/v2/apps/{own.app_id}/conversations/{group}/join")
    assert (found["operation"], found["status"], found["keyId"]) == ("JoinConversation", 201, own.auth[0])
    assert found["durationMs"] > 0
    assert found["request"]["body"] == body
    assert found["request"]["size"] >= len(json.dumps(body, separators=(",", ":")))
    assert found["request"]["headers"]["x-trace"] == "a"
    assert found["request"]["headers"]["authorization"] == f"Basic {own.auth[0]}"
    assert found["response"]["body"] == answer.json()
    assert found["response"]["headers"]["content-type"] == "application/json"
    assert [(one["type"], one["requestId"]) for one in found["events"]] == [
        ("conversation:join", found["requestId"]),
    ]
    (summary,) = shown(own, operation="JoinConversation")
    assert summary == {name: one for name, one in found.items() if name not in ("request", "response", "events")}


def test_a_refused_request(own: Caller) -> None:
    """recording.1"""
    refused = sent_and_recorded(own, "POST", "/conversations", {"type": "fleet"})
    assert (refused["status"], refused["events"]) == (400, [])
    assert refused["response"]["body"]["errors"][0]["code"] == "bad_request"
    nowhere = sent_and_recorded(own, "GET", "/fleets?a=b")
    assert (nowhere["status"], nowhere["path"]) == (404, f"/v2/apps/{own.app_id}/fleets?a=b")
    assert "operation" not in nowhere


def test_filters(own: Caller) -> None:
    """recording.2"""
    assert own.auth is not None
    key = own.auth[0]
    own.new_user("ada")
    assert own("GET", "/users/nobody").status_code == 404
    assert own("POST", "/users", {"externalId": "ada"}).status_code == 409
    last = own("GET", "/users/ada")
    recorded(own, last.headers["x-request-id"])

    def statuses(**filters: str) -> list[int]:
        return [one["status"] for one in shown(own, **filters)]

    assert statuses() == [201, 404, 409, 200]
    assert statuses(status="404") == [404]
    assert statuses(status="4xx") == [404, 409]
    assert statuses(status="5xx") == []
    assert statuses(operation="GetUser") == [404, 200]
    assert statuses(path=f"/v2/apps/{own.app_id}/users/a") == [200]
    assert statuses(keyId=key, status="2xx") == [201, 200]
    assert statuses(keyId="app_other") == []
    for wrong in ("abc", "4x", "4444", "6xx", "4XX"):
        answer = own("GET", path(own), params={"filter[status]": wrong})
        assert titles_of(answer) == ["status should be an HTTP status, such as 404, or a class, such as 4xx"]


def test_pages_in_both_directions(own: Caller) -> None:
    """recording.2"""
    ids = [own("GET", "").headers["x-request-id"] for _ in range(5)]
    recorded(own, ids[-1])
    last = own.ok("GET", path(own), params={"page[before]": "f" * 24, "page[size]": 2})
    assert [one["requestId"] for one in last["requests"]] == ids[3:]
    params = {"page[before]": last["meta"]["beforeCursor"], "page[size]": 2, "filter[operation]": "GetApp"}
    before = own.ok("GET", path(own), params=params)
    assert [one["requestId"] for one in before["requests"]] == ids[1:3]
    assert (last["recording"], last["dropped"]) == (True, 0)


def test_reading_records_is_not_recorded(own: Caller) -> None:
    """recording.1"""
    shown(own)
    own.ok("GET", f"/heliograph/v1/apps/{own.app_id}/sandbox")
    one = sent_and_recorded(own, "GET", "")
    assert [found["id"] for found in shown(own)] == [one["id"]]
    assert error_of(own("GET", path(own, "0" * 24)))[:2] == (404, "not_found")


def test_another_app_sees_none_of_them(own: Caller, owner: Caller) -> None:
    other = new_app(owner)
    one = sent_and_recorded(own, "GET", "")
    assert shown(other) == []
    assert other("GET", path(other, one["id"])).status_code == 404
    assert other("GET", path(own)).status_code == 403
    refused = other("GET", f"/v2/apps/{own.app_id}")
    found = recorded(own, refused.headers["x-request-id"])
    assert (found["status"], found["keyId"]) == (403, other.auth[0] if other.auth else "")


def test_strangers_can_fill_neither_the_table_nor_apps_that_nobody_used(own: Caller) -> None:
    """recording.4"""
    unused = "1" * 24
    assert own("GET", f"/v2/apps/{unused}", auth=None).status_code == 401
    one = sent_and_recorded(own, "GET", "")
    for _ in range(60):
        last = own("GET", "/users/x", auth=None)
    assert last.status_code == 401
    recorded(own, own("GET", "").headers["x-request-id"])
    assert shown(own)[0]["id"] == one["id"]
    strange = shown(own, status="401")
    assert len(strange) < 60
    assert "keyId" not in strange[0]


def test_no_secret_is_stored(recorder: Server, owner: Caller) -> None:
    """recording.3"""
    assert owner.auth is not None
    secrets: set[str] = set()

    def noting(operation: Any, app_key: tuple[str, str], account_key: tuple[str, str]) -> str:
        for key in (app_key, account_key):
            secrets.update((key[1], basic(*key).removeprefix("Basic "), bearer(key).rpartition(".")[2]))
        return basic(*(account_key if operation.scope.label == "account" else app_key))

    walk = Walk(owner, lambda name: f"zq{name.replace('_', '')}xj", noting)
    answers = [answer for _, answer in walk.run()]
    secrets |= walk.secrets | {"zqaccesstokenxj", "zqpushxj", "zqsignaturexj"}
    for answer in answers:
        found = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        for holder in found.values():
            if isinstance(holder, dict) and isinstance(holder.get("secret"), str):
                secrets.add(holder["secret"])
    seen = new_app(owner)
    recorded(seen, seen("GET", "").headers["x-request-id"])
    table = stored(recorder)
    assert "zqexternalidxj" not in table  # the user was deleted
    assert [secret for secret in secrets if secret in table] == []


WRONG = "a-secret-that-nobody-should-see"
SECRET_REQUESTS: tuple[dict[str, Any], ...] = (
    {"headers": {"authorization": f"Basic {WRONG}"}, "auth": None},
    {"headers": {"authorization": f"{WRONG} x"}, "auth": None},
    {"headers": {"authorization": WRONG}, "auth": None},
    {"headers": {"authorization": f"Bearer {WRONG}"}, "auth": None},
    {"auth": (WRONG, "app_key")},
    {"auth": ("app_000000000000000000000001", WRONG)},
    {"headers": {"x-api-key": WRONG, "cookie": WRONG, "proxy-authorization": WRONG, "X-Auth-Token": WRONG}},
    {"params": {"access_token": WRONG}},
    {"params": {"filter": json.dumps({"secret": WRONG})}},
    {"content": json.dumps({"secret": WRONG}), "headers": JSON},
    {"content": json.dumps({"a": [{"Client-Secret": {"deep": [WRONG]}}]}), "headers": JSON},
    {"content": json.dumps({"secret": WRONG}).replace("secret", "s\\u0065cret"), "headers": JSON},
    {"content": f'{{"secret": "x", "secret": "{WRONG}"', "headers": JSON},
    {"content": f'{{"secret": "{WRONG}", "secret": "x"}}', "headers": JSON},
    {"content": f"password={WRONG}", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    {"content": json.dumps({"privateKey": WRONG, "x": "y" * 200_000}), "headers": JSON},
)


@pytest.mark.parametrize("number", range(len(SECRET_REQUESTS)))
def test_secrets_in_unusual_places(own: Caller, recorder: Server, number: int) -> None:
    """recording.3"""
    own.new_group()
    sent_and_recorded(own, "POST", "/users", **SECRET_REQUESTS[number])
    table = stored(recorder)
    assert WRONG not in table
    assert base64.b64encode(f"{WRONG}:".encode()).decode()[:20] not in table
    assert own.auth is not None
    assert own.auth[1] not in table


def test_what_is_kept_of_bodies(own: Caller) -> None:
    """recording.3"""
    made = own("POST", "/keys", {"displayName": "Spare"}, auth=None)
    assert made.status_code == 401
    masked = sent_and_recorded(own, "POST", "/users", {"metadata": {"secretWord": "x", "n": None}, "externalId": "eve"})
    assert masked["request"]["body"] == {"metadata": {"secretWord": MASK, "n": None}, "externalId": "eve"}
    broken = sent_and_recorded(own, "POST", "/users", content=b'{"externalId": \xff', headers=JSON)
    assert broken["request"]["body"] == '{"externalId": �'
    hook = {"target": "https://example.invalid/x", "triggers": ["*"]}
    kept = sent_and_recorded(own, "POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    assert kept["response"]["body"]["integration"]["webhooks"][0]["secret"] == MASK
    assert kept["request"]["body"]["webhooks"] == [hook]
    long = sent_and_recorded(own, "POST", "/users", {"metadata": {"a": "x" * 100_000}})
    assert "body" not in long["request"]
    assert long["request"]["size"] > 100_000
    file = {"source": ("x.txt", b"content")}
    upload = sent_and_recorded(own, "POST", "/attachments", files=file, params={"access": "public"})
    assert "body" not in upload["request"]
    assert upload["request"]["size"] > 0


def test_a_deleted_user_is_in_no_request(own: Caller, recorder: Server) -> None:
    """recording.5"""
    for where in ("", "/personalinformation"):
        external_id = f'grace "{where}"'
        user = own.new_user(external_id, profile={"givenName": "Grace-of-the-record"})
        group = own.new_group()
        own.join(group, user)
        own("GET", f"/users/{httpx.URL(path=external_id).raw_path.decode()}")
        sent_and_recorded(own, "GET", f"/conversations/{group}/participants")
        erased = own("DELETE", f"/users/{user}{where}")
        found = recorded(own, erased.headers["x-request-id"])
        assert found["path"] == f"/v2/apps/{own.app_id}/users/{MASK}{where}"
        table = stored(recorder)
        assert "Grace-of-the-record" not in table
        assert json.dumps(external_id)[1:-1] not in table


def test_a_deleted_app_has_no_requests(own: Caller, owner: Caller, recorder: Server) -> None:
    """recording.5"""
    sent_and_recorded(own, "GET", "")
    later = new_app(owner)
    assert owner("DELETE", f"/v2/apps/{own.app_id}").status_code == 200
    sent_and_recorded(later, "GET", "")
    assert own("GET", "").status_code == 401
    sent_and_recorded(later, "GET", "")
    if recorder.database_url.startswith("sqlite"):
        assert [row for row in everything(recorder.database_url)["request"] if own.app_id in row] == []


def test_a_reset_app_has_no_requests(own: Caller) -> None:
    """recording.5"""
    sent_and_recorded(own, "GET", "")
    own.ok("POST", f"/heliograph/v1/apps/{own.app_id}/sandbox/reset")
    assert shown(own) == []


def test_only_the_newest_are_kept(owner: Caller, own: Caller) -> None:
    """recording.4"""
    crowd = new_app(owner)
    kept = sent_and_recorded(own, "GET", "")
    for _ in range(KEPT + KEPT // 5):
        last = crowd("GET", "")
    recorded_last = crowd.ok("GET", path(crowd), params={"page[before]": "f" * 24, "page[size]": 100})
    assert recorded_last["requests"]
    assert last.status_code == 200
    count, params = 0, {"page[size]": 100}
    while True:
        found = crowd.ok("GET", path(crowd), params=params)
        count += len(found["requests"])
        if not found["meta"]["hasMore"]:
            break
        params = {"page[size]": 100, "page[after]": found["meta"]["afterCursor"]}
    assert count <= KEPT + KEPT // 10
    assert shown(own)[0]["id"] == kept["id"]


def test_a_stop_loses_nothing_and_a_kill_only_what_waits(engine: str, tmp_path: Any) -> None:
    """recording.4"""
    with serving(new_database(engine, tmp_path), "--record-requests", "100") as server:
        api = Caller(server.url, init(server.database_url).account_auth)
        own = new_app(api)
        sent_and_recorded(own, "GET", "")
        group = own.new_group()
        server.restart()
        again = Caller(server.url, own.auth, own.app_id)
        assert [one["operation"] for one in shown(again)] == ["GetApp", "CreateConversation"]
        ada = again.new_user()
        again.join(group, ada)
        server.kill()
        server.output.clear()
        server.start()
        last = Caller(server.url, own.auth, own.app_id)
        assert [one["userId"] for one in last.participants(group)] == [ada]
        assert [one["operation"] for one in shown(last)][:2] == ["GetApp", "CreateConversation"]
        for caller in (api, own, again, last):
            caller.http.close()


def test_a_server_without_the_setting_records_nothing(account: Caller, server: Server) -> None:
    """recording.1"""
    api = new_app(account)
    found = api.ok("GET", path(api))
    assert (found["requests"], found["recording"], found["dropped"]) == ([], False, 0)
    assert everything(server.database_url)["request"] == []
