"""Inboxes: the calls that they store, and their responses."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.harness import Caller, error_of, init, new_app, serving, titles_of
from tests.robustness.answers import Connection, request
from tests.sandbox.inboxes import arrived, below, calls, post, script, url_of

KEPT = 256 * 1024


def test_a_call_is_kept_as_it_was_sent(api: Caller) -> None:
    assert post(api, {"a": 1}, path="/hook/%2Fx?b=2", headers={"x-api-key": "shh"}).status_code == 200
    (call,) = calls(api)
    assert (call["method"], call["path"], call["query"], call["json"]) == ("POST", "/hook/%2Fx", "b=2", {"a": 1})
    assert (call["headers"]["x-api-key"], call["headers"]["content-type"]) == ("shh", "application/json")
    assert (call["truncated"], call["responseStatus"], call["delayMs"], "text" in call) == (False, 200, 0, False)


@pytest.mark.one_engine
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"])
def test_any_method_is_accepted(api: Caller, method: str) -> None:
    with Connection(api.url) as connection:
        connection.say(request(method, urlsplit(url_of(api)).path, None))
        assert connection.answer(to_head=method == "HEAD").status == 200
    assert [call["method"] for call in calls(api)] == [method]


@pytest.mark.one_engine
@pytest.mark.parametrize("body", [b"", b"hello", b"{", b"\xff"])
def test_a_body_that_is_not_json_is_text(api: Caller, body: bytes) -> None:
    api.http.request("POST", url_of(api), content=body)
    (call,) = calls(api)
    assert (call["text"], "json" in call) == (body.decode(errors="replace"), False)
    assert call["checks"] == {
        "secret": "unknown", "payload": "invalid", "violations": ["Request body is not valid JSON"]
    }  # fmt: skip


@pytest.mark.one_engine
def test_a_long_body_is_cut(api: Caller) -> None:
    for size in (KEPT, KEPT + 1, 3_000_000):
        assert api.http.request("POST", url_of(api), content=b"x" * size).status_code == 200
    assert [(len(call["text"]), call["truncated"]) for call in calls(api)] == [
        (KEPT, False), (KEPT, True), (KEPT, True),
    ]  # fmt: skip


@pytest.mark.one_engine
def test_inboxes_of_other_apps_and_names_are_separate(account: Caller, api: Caller) -> None:
    other = new_app(account)
    post(api, 1, name="one")
    post(api, 2, name="two")
    post(other, 3, name="one")
    assert [call["json"] for call in calls(api, "one")] == [1]
    assert [call["json"] for call in calls(other, "one")] == [3]
    assert [one["name"] for one in api.ok("GET", below(api, "/inboxes"))["inboxes"]] == ["one", "two"]


def test_an_unknown_app_and_a_name_that_is_not_valid_are_not_found(api: Caller) -> None:
    missing = Caller(api.url, None, "0" * 24, api.http)
    assert error_of(post(missing)) == (404, "app_not_found", "App not found")
    for target in ("nothing/default", f"{api.app_id}/a%20b", f"{api.app_id}/{'x' * 65}", api.app_id, ""):
        assert api.http.request("POST", f"{api.url}/_inbox/{target}").status_code == 404
    name = "name should be 1 to 64 letters, digits, dots, underscores and hyphens"
    assert titles_of(api("GET", below(api, "/inboxes/a%20b"))) == [name]
    assert titles_of(api("PUT", below(api, "/inboxes/a%20b/script"), {"steps": ["200"]})) == [name]


@pytest.mark.one_engine
def test_a_server_that_is_not_a_sandbox_has_no_inboxes(tmp_path: Path) -> None:
    sandbox = init(f"sqlite:///{tmp_path}/production.db")
    with serving(tmp_path / "production.db", "--sandbox-tools", "no") as server:
        api = Caller(server.url, None, sandbox.app_id)
        assert post(api).json() == api.http.request("POST", f"{server.url}/nothing").json()
        api.http.close()


def test_an_inbox_responds_by_its_script(api: Caller) -> None:
    steps: list[Any] = ["503 x2", {"status": 429, "headers": {"Retry-After": "7"}, "body": {"slow": True}}, "204"]
    inbox = script(api, *steps)
    assert inbox == {"name": "default", "url": url_of(api), "callCount": 0, "steps": steps, "position": 0}
    answers = [post(api) for _ in range(5)]
    assert [one.status_code for one in answers] == [503, 503, 429, 204, 204]
    assert (answers[2].headers["retry-after"], answers[2].json()) == ("7", {"slow": True})
    assert "content-length" not in answers[3].headers
    assert [call["responseStatus"] for call in calls(api)] == [503, 503, 429, 204, 204]
    shown = api.ok("GET", below(api, "/inboxes/default"))["inbox"]
    assert (shown["position"], shown["callCount"]) == (2, 5)
    script(api, "200")
    assert post(api).status_code == 200


@pytest.mark.one_engine
def test_html_of_a_script_has_no_rights(api: Caller) -> None:
    script(api, {"status": 200, "headers": {"Content-Type": "text/html", "Content-Security-Policy": "none"},
                 "body": "<script>"})  # fmt: skip
    headers = post(api).headers
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["content-type"] == "text/html"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({}, "should have required property 'steps'"),
        ({"steps": []}, ".steps: should not have fewer than 1 items"),
        ({"steps": [7]}, "steps[0] should be string or object"),
        ({"steps": [{"status": 199}]}, "steps[0].status should be >= 200"),
        ({"steps": ["200", {"status": 600}]}, "steps[1].status should be <= 599"),
        ({"steps": [{"headers": {"a": 1}}]}, "steps[0].headers.a should be string"),
        (
            {"steps": ["soon"]},
            'steps[0] should be a status such as "200", "503 x3" or "200 after 2s", or "close", or "hang 25s"',
        ),
    ],
)
def test_a_script_that_is_not_valid_is_refused(api: Caller, body: Any, title: str) -> None:
    assert titles_of(api("PUT", below(api, "/inboxes/default/script"), body)) == [title]


@pytest.mark.one_engine
@pytest.mark.parametrize("step", ["close", "hang 10ms"])
def test_a_connection_is_closed_without_a_response(api: Caller, step: str) -> None:
    script(api, step, "200")
    sent = request("POST", urlsplit(url_of(api)).path, None, body=b"{}")
    with Connection(api.url) as connection:
        connection.say(sent * 2)
        assert connection.ended()
    (call,) = calls(api)
    assert "responseStatus" not in call
    with Connection(api.url) as connection:
        connection.say(sent)
        assert connection.answer().status == 200


@pytest.mark.one_engine
def test_a_delayed_response_and_a_client_that_leaves(api: Caller) -> None:
    script(api, "200 after 20ms", "hang 100s", "200")
    assert post(api).status_code == 200
    with Connection(api.url) as connection:
        connection.say(request("POST", urlsplit(url_of(api)).path, None, body=b"{}"))
        found = arrived(api, 2)
    assert [call["delayMs"] for call in found] == [20, 100_000]
    assert post(api).status_code == 200


@pytest.mark.one_engine
def test_nothing_delays_the_end_of_the_server(tmp_path: Path) -> None:
    """Calls that hang, and requests that wait for calls, end when the server stops."""
    sandbox = init(f"sqlite:///{tmp_path}/one.db")
    with serving(tmp_path / "one.db", "--grace-seconds", "60") as server:
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        script(api, "hang 100s")
        with Connection(server.url) as hanging, Connection(server.url) as waiting:
            hanging.say(request("POST", urlsplit(url_of(api)).path, None, body=b"{}"))
            (call,) = arrived(api, 1)
            query = f"?wait=60&page[after]={call['id']}"
            waiting.say(request("GET", below(api, f"/inboxes/default/calls{query}"), api.auth))
            assert len(calls(api)) == 1  # so the server has read the request before this one
            server.stop()
            assert json.loads(waiting.answer().body)["calls"] == []
            assert hanging.ended()
        api.http.close()


def test_pages_are_like_those_of_other_lists(api: Caller) -> None:
    for number in range(5):
        post(api, number)
    path = below(api, "/inboxes/default/calls")
    first = api.ok("GET", path, params={"page[size]": 2})
    assert ([one["json"] for one in first["calls"]], first["meta"]["hasMore"]) == ([0, 1], True)
    second = api.http.request("GET", first["links"]["next"], auth=api.auth).json()
    assert [one["json"] for one in second["calls"]] == [2, 3]
    last = api.http.request("GET", second["links"]["next"], auth=api.auth).json()
    assert ([one["json"] for one in last["calls"]], last["meta"]["hasMore"]) == ([4], False)
    back = api.http.request("GET", last["links"]["prev"], auth=api.auth).json()
    assert [one["json"] for one in back["calls"]] == [2, 3]
    assert titles_of(api("GET", path, params={"page[size]": 0})) == ["Invalid page query parameters"]


@pytest.mark.one_engine
def test_filters(api: Caller) -> None:
    script(api, "503", "close", "200")
    for path in ("/a", "/b"):
        with contextlib.suppress(httpx.TransportError):
            post(api, path=path)
    event = {"id": "1", "type": "user:remove", "payload": {"user": {"id": "2"}}}
    post(api, {"webhook": {"id": "3"}, "events": [event]}, path="/a")
    found = [call["path"] for call in calls(api)]
    assert found == ["/a", "/b", "/a"]
    assert len(calls(api, **{"filter[path]": "/a"})) == 2
    assert [call["path"] for call in calls(api, **{"filter[status]": "none"})] == ["/b"]
    assert len(calls(api, **{"filter[status]": "503"})) == 1
    assert len(calls(api, **{"filter[eventType]": "user:remove"})) == 1
    assert calls(api, **{"filter[eventType]": "user:remove", "filter[path]": "/b"}) == []
    refused = api("GET", below(api, "/inboxes/default/calls"), params={"filter[status]": "ok"})
    assert titles_of(refused) == ["status should be a status code or none"]


def test_waiting_ends_with_a_call_or_a_timeout(api: Caller) -> None:
    assert calls(api, wait=1) == []
    other = Caller(api.url, api.auth, api.app_id)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(calls, other, wait=60)
        post(api, 1, name="other")
        post(api, 2)
        (call,) = waiting.result()
        assert call["json"] == 2
        after = {"page[after]": call["id"], "filter[path]": "/b"}
        waiting = threads.submit(calls, other, wait=60, **after)
        post(api, 3, path="/a")
        post(api, 4, path="/b")
        assert [one["json"] for one in waiting.result()] == [4]
    other.http.close()
    for seconds in ("61", "-1", "soon"):
        refused = api("GET", below(api, "/inboxes/default/calls"), params={"wait": seconds})
        assert titles_of(refused) == ["wait should be a number of seconds up to 60"]


@pytest.mark.one_engine
def test_only_the_newest_calls_are_kept(api: Caller) -> None:
    sent = request("POST", urlsplit(url_of(api)).path, None, body=b"{}")
    with Connection(api.url) as connection:
        for _ in range(101):
            connection.say(sent * 10)
            for _ in range(10):
                assert connection.answer().status == 200
    inbox = api.ok("GET", below(api, "/inboxes/default"))["inbox"]
    assert inbox["callCount"] == 1000


@pytest.mark.one_engine
def test_an_app_has_a_limited_number_of_inboxes(api: Caller) -> None:
    for number in range(100):
        post(api, name=f"inbox-{number}")
    full = "App has reached the max number of inboxes (100)"
    assert titles_of(post(api, name="one-more")) == [full]
    assert titles_of(api("PUT", below(api, "/inboxes/one-more/script"), {"steps": ["200"]})) == [full]
    assert post(api, name="inbox-0").status_code == 200
    assert calls(api, "one-more") == []


def test_calls_are_cleared_and_a_reset_clears_scripts_too(api: Caller) -> None:
    script(api, "503", "404")
    post(api)
    assert api.ok("DELETE", below(api, "/inboxes/default/calls")) == {}
    assert calls(api) == []
    assert post(api).status_code == 404
    api.ok("POST", below(api, "/reset"))
    assert api.ok("GET", below(api, "/inboxes")) == {"inboxes": []}
    assert (calls(api), post(api).status_code) == ([], 200)


@pytest.mark.one_engine
def test_the_url_has_the_name_by_which_clients_know_the_server(api: Caller) -> None:
    forwarded = {"x-forwarded-host": "chat.example.org", "x-forwarded-proto": "https"}
    inbox = json.loads(api("GET", below(api, "/inboxes/default"), headers=forwarded).content)["inbox"]
    assert inbox["url"] == f"https://chat.example.org/_inbox/{api.app_id}/default"


@pytest.mark.one_engine
def test_inboxes_are_below_a_root_path_too(tmp_path: Path) -> None:
    sandbox = init(f"sqlite:///{tmp_path}/below.db")
    with serving(tmp_path / "below.db", "--root-path", "/sc") as server:
        assert server.url.endswith("/sc")
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        assert api.ok("GET", below(api, "/inboxes/default"))["inbox"]["url"] == url_of(api)
        assert post(api, path="/hook").status_code == 200
        assert [call["path"] for call in calls(api)] == ["/hook"]
        api.http.close()
