"""GET /heliograph/v1/apps/{appId}/requests: which requests are recorded, and how they are found."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from tests.databases import POSTGRESQL, everything, new_database
from tests.harness import Caller, Server, error_of, init, new_app, serving, titles_of
from tests.recording.looking import KEPT, path, recorded, sent_and_recorded, shown
from tests.waiting import until


def test_a_request_with_its_response_and_its_events(own: Caller) -> None:
    """recording.1"""
    assert own.auth is not None
    ada, group = own.new_user(), own.new_group()
    body = {"userId": ada, "subscribeSDKClient": False}
    response = own("POST", f"/conversations/{group}/join", body, headers={"x-trace": "a"})
    found = recorded(own, response.headers["x-request-id"])
    assert (found["method"], found["path"]) == ("POST", f"/v2/apps/{own.app_id}/conversations/{group}/join")
    assert (found["operation"], found["status"], found["keyId"]) == ("JoinConversation", 201, own.auth[0])
    assert found["durationMs"] > 0
    assert found["request"]["body"] == body
    assert found["request"]["size"] >= len(json.dumps(body, separators=(",", ":")))
    assert found["request"]["headers"]["x-trace"] == "a"
    assert found["request"]["headers"]["authorization"] == f"Basic {own.auth[0]}"
    assert found["response"]["body"] == response.json()
    assert found["response"]["headers"]["content-type"] == "application/json"
    assert [(one["type"], one["requestId"]) for one in found["events"]] == [
        ("conversation:join", found["requestId"]),
    ]
    (summary,) = shown(own, operation="JoinConversation")
    assert summary == {name: one for name, one in found.items() if name not in ("request", "response", "events")}


def test_the_nul_character_in_an_error(own: Caller) -> None:
    """recording.2: PostgreSQL cannot store it, and the requests of its batch must not be lost."""
    record = sent_and_recorded(own, "POST", "/users", {"metadata": {"a\0b": []}})
    assert record["errorTitle"] == "metadata.a\ufffdb should be string or number or boolean"
    assert record["response"]["body"]["errors"][0]["title"] == "metadata.a\0b should be string or number or boolean"


def test_a_refused_request(own: Caller) -> None:
    """recording.1"""
    refused = sent_and_recorded(own, "POST", "/conversations", {"type": "fleet"})
    assert (refused["status"], refused["events"]) == (400, [])
    (error,) = refused["response"]["body"]["errors"]
    assert (refused["errorCode"], refused["errorTitle"]) == (error["code"], error["title"])
    assert error["code"] == "bad_request"
    assert shown(own, status="400")[-1]["errorTitle"] == error["title"]
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
        response = own("GET", path(own), params={"filter[status]": wrong})
        assert titles_of(response) == ["status should be an HTTP status, such as 404, or a class, such as 4xx"]


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


def test_requests_without_credentials_are_limited_and_need_a_used_app(own: Caller) -> None:
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


def test_a_deleted_app_has_no_requests(own: Caller, owner: Caller, recorder: Server) -> None:
    """recording.5"""
    sent_and_recorded(own, "GET", "")
    later = new_app(owner)
    assert owner("DELETE", f"/v2/apps/{own.app_id}").status_code == 200
    sent_and_recorded(later, "GET", "")
    assert own("GET", "").status_code == 401
    sent_and_recorded(later, "GET", "")
    if recorder.database_url.startswith("sqlite"):
        until(lambda: not [row for row in everything(recorder.database_url)["request"] if own.app_id in row])


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
    until(lambda: _count(crowd) <= KEPT + KEPT // 10)
    assert shown(own)[0]["id"] == kept["id"]


def _count(api: Caller) -> int:
    count, params = 0, {"page[size]": 100}
    while True:
        found = api.ok("GET", path(api), params=params)
        count += len(found["requests"])
        if not found["meta"]["hasMore"]:
            return count
        params = {"page[size]": 100, "page[after]": found["meta"]["afterCursor"]}


def test_a_stop_loses_no_requests_and_a_kill_only_unwritten_ones(engine: str, tmp_path: Any) -> None:
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


@pytest.mark.one_engine(POSTGRESQL)
def test_all_workers_record(engine: str, tmp_path: Any) -> None:
    """recording.1"""
    options = ("--record-requests", "100", "--workers", "2")
    with serving(new_database(engine, tmp_path), *options, forked=False) as server:
        api = new_app(Caller(server.url, init(server.database_url).account_auth))
        sent = [httpx.get(f"{server.url}/v2/apps/{api.app_id}", auth=api.auth) for _ in range(20)]
        for response in sent:
            assert recorded(api, response.headers["x-request-id"])["operation"] == "GetApp"
        api.http.close()


@pytest.mark.one_engine
def test_below_a_root_path(engine: str, tmp_path: Any) -> None:
    """recording.1"""
    with serving(new_database(engine, tmp_path), "--record-requests", "100", "--root-path", "/sc") as server:
        api = new_app(Caller(server.url, init(server.database_url).account_auth))
        assert server.url.endswith("/sc")
        response = httpx.get(f"{server.url}/v2/apps/{api.app_id}?a=b", auth=api.auth)
        found = recorded(api, response.headers["x-request-id"])
        assert (found["path"], found["status"]) == (f"/v2/apps/{api.app_id}?a=b", 200)
        assert httpx.get(f"{server.url}/docs").status_code == 200
        api.http.close()


def test_event_streams_are_recorded_when_they_end(own: Caller) -> None:
    """recording.3"""
    events = f"/heliograph/v1/apps/{own.app_id}/events"
    where = f"{own.url}{events}?listener=ada&forwardTo=http%3A%2F%2Fada%3Apw@localhost%2Fhook"
    with httpx.stream("GET", where, auth=own.auth, timeout=20) as response:
        next(response.iter_lines())
        request_id = response.headers["x-request-id"]
    own.new_group()
    found = recorded(own, request_id)
    assert (found["operation"], found["status"]) == ("StreamEvents", 200)
    assert unquote(found["path"]) == f"{events}?listener=ada&forwardTo=•••••"
    assert "body" not in found["response"]


def test_a_server_without_the_setting_records_nothing(account: Caller, server: Server) -> None:
    """recording.1"""
    api = new_app(account)
    found = api.ok("GET", path(api))
    assert (found["requests"], found["recording"], found["dropped"]) == ([], False, 0)
    assert everything(server.database_url)["request"] == []


def test_a_request_is_found_by_its_ids(own: Caller) -> None:
    """finding.4"""
    where = f"/heliograph/v1/apps/{own.app_id}/find"
    for headers in ({}, {"x-request-id": "deploy-17/a"}, {"x-request-id": "f" * 24}):
        made = sent_and_recorded(own, "POST", "/conversations", {"type": "sdkGroup"}, headers=headers)
        title = f"POST /v2/apps/{own.app_id}/conversations: 201"
        for wanted in (made["requestId"], made["id"]):
            results = own.ok("GET", where, params={"q": wanted})["results"]
            assert results == [{"kind": "request", "id": made["id"], "title": title}]
    # The lists of the console are not recorded.
    assert [one["path"] for one in shown(own) if "heliograph" in one["path"]] == []


def test_reads_of_the_console_are_only_recorded_if_they_replay_a_request(own: Caller, recorder: Server) -> None:
    ticket = own.ok("POST", "/heliograph/v1/console/tickets", {"role": "operator"})["ticket"]
    token = own.ok("POST", "/console/session", {"ticket": ticket, "name": "Ada"}, auth=None)["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    own("GET", "/users/1", auth=None, headers=bearer)
    own("GET", "/users/2", auth=None, headers={**bearer, "X-Heliograph-Replay-Of": "6b06fca0b080005e3a2b4c51"})
    written = own("POST", "/users", {"externalId": "ada"}, auth=None, headers=bearer)
    assert recorded(own, written.headers["x-request-id"])["sessionId"].startswith("ses_")
    assert [one["path"].rsplit("/", 1)[1] for one in shown(own)] == ["2", "users"]
