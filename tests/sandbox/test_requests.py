"""The log of requests."""

from __future__ import annotations

from typing import Any

import pytest

from heliograph.sandbox.requests import APPS, REQUESTS_PER_APP
from tests.harness import Caller, new_app, titles_of

pytestmark = pytest.mark.one_engine


@pytest.fixture
def api(account: Caller) -> Caller:
    """A caller with the key of a fresh app, whose log is empty."""
    caller = new_app(account)
    caller.ok("POST", f"/heliograph/v1/apps/{caller.app_id}/sandbox/reset")
    return caller


def log_of(app_id: str) -> str:
    """The path of the log of an app."""
    return f"/heliograph/v1/apps/{app_id}/sandbox/requests"


def logged(api: Caller, query: str = "?page[size]=100") -> list[Any]:
    """The requests in the log."""
    found: list[Any] = api.ok("GET", log_of(api.app_id) + query)["requests"]
    return found


def test_requests_are_logged_in_the_order_of_their_responses(api: Caller) -> None:
    assert api.auth is not None
    response = api("POST", "/users?x=1", {"externalId": "ada"}, headers={"x-request-id": "mine"})
    assert response.status_code == 201
    api("POST", "/users", {"externalId": 5})
    api("GET", "/conversations/nowhere")
    made, invalid, missing = logged(api)
    assert made == {
        "id": made["id"],
        "requestId": "mine",
        "receivedAt": made["receivedAt"],
        "method": "POST",
        "path": f"/v2/apps/{api.app_id}/users",
        "operation": "CreateUser",
        "status": 201,
        "keyId": api.auth[0],
        "durationMs": made["durationMs"],
    }
    assert invalid["status"] == 400
    assert invalid["errors"] == titles_of(api("POST", "/users", {"externalId": 5}))
    assert (missing["operation"], missing["status"]) == ("GetConversation", 404)
    assert missing["errors"] == ["Conversation not found"]


def test_filters_and_pages(api: Caller) -> None:
    for number in range(5):
        api.new_user(f"user-{number}")
        api("GET", f"/users/missing-{number}")
    assert [one["status"] for one in logged(api, "?filter[operation]=CreateUser")] == [201] * 5
    assert [one["operation"] for one in logged(api, "?filter[status]=404")] == ["GetUser"] * 5
    assert logged(api, "?filter[operation]=CreateUser&filter[status]=404") == []
    everything = logged(api)
    first = api.ok("GET", log_of(api.app_id) + "?page[size]=4&filter[status]=404")
    assert first["requests"] == [one for one in everything if one["status"] == 404][:4]
    rest = api.http.get(first["links"]["next"], auth=api.auth).json()
    assert rest["requests"] == [everything[-1]]
    assert rest["meta"]["hasMore"] is False
    before = api.http.get(rest["links"]["prev"], auth=api.auth).json()
    assert before["requests"] == first["requests"]
    assert titles_of(api("GET", log_of(api.app_id) + "?filter[status]=4xx")) == [
        "status should be an HTTP status, such as 404"
    ]


def test_refused_credentials_are_logged_with_the_key_that_was_named(account: Caller, api: Caller) -> None:
    assert api.auth is not None
    stranger = new_app(account)
    assert stranger.auth is not None
    api.new_user("ada")
    for auth in (None, (api.auth[0], "wrong"), stranger.auth):
        api("GET", "/users/ada", auth=auth)
    refused = [(one["status"], one.get("keyId")) for one in logged(api)[1:]]
    assert refused == [(401, None), (401, api.auth[0]), (403, stranger.auth[0])]


def test_only_the_newest_requests_of_an_app_are_kept(account: Caller, api: Caller) -> None:
    neighbour = new_app(account)
    neighbour.new_user("ada")
    for number in range(REQUESTS_PER_APP + 1):
        api("GET", f"/users/{number}")
    page = api.ok("GET", log_of(api.app_id))
    assert page["requests"][0]["path"].endswith("/users/1")
    assert "before" not in str(page["links"])
    assert len(logged(neighbour, "?filter[operation]=CreateUser")) == 1


def test_strangers_cannot_fill_the_log(account: Caller, api: Caller) -> None:
    """Requests for apps that do not exist are not kept, so they do not displace others."""
    api.new_user("ada")
    for number in range(APPS):
        account("GET", f"/v2/apps/{number:024x}/users/ada", auth=None)
        account("GET", f"/v2/apps/{number:024x}/users/ada")
    assert len(logged(api)) == 1


def test_paths_are_cut(api: Caller) -> None:
    api("GET", f"/users/{'x' * 2000}")
    assert len(logged(api)[0]["path"]) == 512


def test_the_tools_are_not_logged_and_a_reset_clears_the_log(api: Caller) -> None:
    api.new_user("ada")
    assert len(logged(api)) == len(logged(api)) == 1
    api.ok("POST", f"/heliograph/v1/apps/{api.app_id}/sandbox/reset")
    assert logged(api) == []
