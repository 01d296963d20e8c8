"""Effects of chaos on requests, over sockets and through our client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from heliograph import BasicAuth, Client
from heliograph.errors import ConnectionFailed, Locked, RateLimited
from tests.harness import Caller, error_of, init, new_app, serving
from tests.robustness.answers import Connection, request
from tests.sandbox.chaos import counts, disturb, rule
from tests.sandbox.test_requests import logged

CHAOS = "x-heliograph-chaos"


def get(api: Caller, path: str = "/users/ada", *lines: str) -> bytes:
    """The bytes of a request."""
    return request("GET", f"/v2/apps/{api.app_id}{path}", api.auth, *lines)


def client(api: Caller) -> Client:
    """Our client, which retries without long pauses."""
    assert api.auth is not None
    return Client(api.url, auth=BasicAuth(*api.auth), max_retries=2, backoff=0.01)


@pytest.mark.one_engine
@pytest.mark.parametrize("effect", [{"delayMs": 60_000}, {"bytesPerSecond": 1}])
def test_a_server_that_stops_ends_delays_of_rules(tmp_path: Path, effect: Any) -> None:
    """The response is sent in full at once, instead of being aborted at the end of the grace time."""
    with serving(tmp_path / "heliograph.db", "--sandbox-tools", "yes", "--grace-seconds", "20") as server:
        account = Caller(server.url, init(server.database_url).account_auth)
        api = new_app(account)
        disturb(api, rule("late", match={"operation": "CreateUser"}, **effect))
        with Connection(server.url) as connection:
            connection.say(request("POST", f"/v2/apps/{api.app_id}/users", api.auth, body=b'{"externalId": "ada"}'))
            while counts(api) == {"late": (0, 0)}:
                pass
            server.stop()
            assert connection.answer().status == 201
        for caller in (account, api):
            caller.http.close()


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ({"status": 404}, (404, "user_not_found", "User not found")),
        ({"status": 429}, (429, "too_many_requests", "Too many requests")),
        ({"status": 500}, (500, "internal_error", "Internal server error")),
        ({"status": 502}, (502, "bad_gateway", "Bad Gateway")),
        ({"status": 599}, (599, "error", "Error")),
        ({"status": 418, "code": "teapot", "title": "Short and stout"}, (418, "teapot", "Short and stout")),
        ({"status": 400, "title": "No"}, (400, "bad_request", "No")),
    ],
)
def test_a_status(api: Caller, effect: Any, expected: Any) -> None:
    """By default the response has the code and title that the operation documents for the status."""
    api.new_user("ada")
    disturb(api, rule("busy", **effect, match={"operation": "GetUser"}))
    response = api("GET", "/users/ada")
    assert error_of(response) == expected
    assert response.headers[CHAOS] == "busy"
    assert "retry-after" not in response.headers
    newest = logged(api)[-1]
    assert (newest["status"], newest["errors"], newest["chaos"]) == (expected[0], [expected[2]], "busy")


@pytest.mark.one_engine
def test_retry_after(api: Caller) -> None:
    disturb(api, rule("busy", status=429, retryAfter=2))
    assert api("GET", "/users/ada").headers["retry-after"] == "2"


@pytest.mark.one_engine
def test_a_request_that_gets_a_status_is_not_processed(api: Caller) -> None:
    disturb(api, rule("busy", status=503, times=1))
    assert api("POST", "/users", {"externalId": "ada"}).status_code == 503
    assert api("GET", "/users/ada").status_code == 404


@pytest.mark.one_engine
def test_a_delay_leaves_the_response_as_it_is(api: Caller) -> None:
    api.new_user("ada")
    undisturbed = api.ok("GET", "/users/ada")
    disturb(api, rule("slow", delayMs=20), rule("slower", delayMs=[10, 30]))
    response = api("GET", "/users/ada")
    assert response.json() == undisturbed
    assert response.headers[CHAOS] == "slow, slower"
    assert logged(api)[-1]["durationMs"] >= 30
    missing = api("GET", "/users/nobody")
    assert (missing.status_code, missing.headers[CHAOS]) == (404, "slow, slower")


@pytest.mark.one_engine
def test_only_accepted_requests_are_matched(api: Caller) -> None:
    """Requests with invalid credentials do not use up the hits, and rules never apply to the sandbox tools."""
    assert api.auth is not None
    disturb(api, rule("busy", status=503))
    assert api("GET", "/users/ada", auth=(api.auth[0], "wrong")).status_code == 401
    assert api("POST", "/users", {"externalId": 5}).status_code == 400
    assert counts(api) == {"busy": (0, 0)}


@pytest.mark.one_engine
def test_a_match_by_conversation_and_key(account: Caller, api: Caller) -> None:
    assert api.auth is not None
    first, second = api.new_group(), api.new_group()
    disturb(
        api,
        rule("one", status=423, match={"conversationId": first, "method": "GET", "keyId": api.auth[0]}),
    )
    assert api("GET", f"/conversations/{first}").status_code == 423
    assert api("GET", f"/conversations/{second}").status_code == 200
    assert account("GET", f"/v2/apps/{api.app_id}/conversations/{first}").status_code == 200


@pytest.mark.one_engine
def test_requests_with_one_chaos_key_get_one_decision(api: Caller) -> None:
    api.new_user("ada")
    disturb(api, rule("busy", status=429, probability=0.5))
    found = {
        key: {api("GET", "/users/ada", headers={"x-heliograph-chaos-key": key}).status_code for _ in range(3)}
        for key in "abcdefgh"
    }
    assert all(len(statuses) == 1 for statuses in found.values())
    assert set.union(*found.values()) == {200, 429}


@pytest.mark.one_engine
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_dropped_connection(api: Caller, moment: str) -> None:
    """Nothing is sent, pipelined requests are not handled, and the next connection works."""
    api.new_user("ada")
    disturb(api, rule("lost", drop=moment, times=1))
    with Connection(api.url) as connection:
        connection.say(get(api) + get(api))
        assert connection.rest() == b""
    assert counts(api) == {"lost": (1, 1)}
    with Connection(api.url) as connection:
        connection.say(get(api))
        assert connection.answer().status == 200
        newest = logged(api)[-2]
        assert newest["chaos"] == "lost"
        assert "status" not in newest


@pytest.mark.one_engine
def test_a_connection_is_dropped_after_earlier_responses(api: Caller) -> None:
    api.new_user("ada")
    disturb(api, rule("lost", drop="before", match={"operation": "ListUsers"}))
    with Connection(api.url) as connection:
        connection.say(get(api) + get(api, "/users?filter[identities.email]=a@example.org"))
        assert connection.answer().status == 200
        assert connection.rest() == b""


@pytest.mark.one_engine
def test_drop_before_skips_the_request_and_drop_after_processes_it(api: Caller) -> None:
    for moment, expected in (("before", 404), ("after", 200)):
        disturb(api, rule("lost", drop=moment, match={"operation": "CreateUser"}))
        with Connection(api.url) as connection:
            body = json.dumps({"externalId": moment}).encode()
            connection.say(request("POST", f"/v2/apps/{api.app_id}/users", api.auth, body=body))
            assert connection.rest() == b""
        assert api("GET", f"/users/{moment}").status_code == expected


@pytest.mark.one_engine
def test_a_truncated_response(api: Caller) -> None:
    api.new_user("ada")
    whole = api("GET", "/users/ada").content
    disturb(api, rule("cut", truncate=10))
    with Connection(api.url) as connection:
        connection.say(get(api) + get(api))
        head, _, body = connection.rest().partition(b"\r\n\r\n")
    assert body == whole[:10]
    assert b"content-length: %d" % len(whole) in head
    assert b"x-heliograph-chaos: cut" in head
    with pytest.raises(ConnectionFailed):
        api.sdk.users.get_user(api.app_id, "ada")
    disturb(api, rule("cut", truncate=10_000))
    assert api("GET", "/users/ada").content == whole


@pytest.mark.one_engine
def test_a_slow_response_arrives_whole_and_the_connection_stays_open(api: Caller) -> None:
    api.new_user("ada")
    whole = api("GET", "/users/ada").content
    disturb(api, rule("slow", bytesPerSecond=2000))
    with Connection(api.url) as connection:
        for _ in range(2):
            connection.say(get(api))
            response = connection.answer()
            assert (response.body, response.headers[CHAOS]) == (whole, "slow")


@pytest.mark.one_engine
def test_heads_of_responses(api: Caller) -> None:
    """A response without a body is cut after its head, and not slowed down."""
    api.new_user("ada")
    disturb(api, rule("slow", bytesPerSecond=1, times=1), rule("cut", truncate=0))
    with Connection(api.url) as connection:
        for name in ("slow", "cut"):
            connection.say(get(api).replace(b"GET", b"HEAD", 1))
            assert connection.answer(to_head=True).headers[CHAOS] == name
        assert connection.rest() == b""


@pytest.mark.one_engine
def test_our_client_retries_errors_of_rules(api: Caller) -> None:
    api.new_user("ada")
    disturb(api, rule("busy", status=429, times=2, retryAfter=0))
    with client(api) as sdk:
        assert sdk.users.get_user(api.app_id, "ada").user.external_id == "ada"
        assert counts(api) == {"busy": (3, 2)}
        disturb(api, rule("busy", status=429, retryAfter=0))
        with pytest.raises(RateLimited):
            sdk.users.get_user(api.app_id, "ada")
        disturb(api, rule("full", status=423))
        with pytest.raises(Locked):
            sdk.users.get_user(api.app_id, "ada")


def test_a_join_whose_response_is_lost_takes_effect_once(api: Caller) -> None:
    """The client retries the join."""
    group, ada = api.new_group(), api.new_user("ada")
    disturb(api, rule("lost", drop="after", times=1, match={"operation": "JoinConversation"}))
    with client(api) as sdk:
        body = {"userId": ada, "subscribeSDKClient": False}
        joined = sdk.participants.join_conversation(api.app_id, group, body).participant
    assert counts(api)["lost"] == (2, 1)
    assert [(one["id"], one["userId"]) for one in api.participants(group)] == [(joined.id, ada)]


def test_a_leave_whose_response_is_lost_takes_effect_once(api: Caller) -> None:
    """The client retries it with the same idempotency key, and gets the response of the first attempt."""
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group = api.new_group(ada, bob)
    disturb(api, rule("lost", drop="after", times=1, match={"operation": "LeaveConversation"}))
    with client(api) as sdk:
        sdk.participants.leave_conversation(api.app_id, group, {"userId": ada})
    assert counts(api)["lost"] == (2, 1)
    assert [one["userId"] for one in api.participants(group)] == [bob]


def test_a_message_whose_response_is_lost_is_posted_once(api: Caller) -> None:
    """The client retries it with the same idempotency key, and gets the message of the first attempt."""
    group = api.new_group()
    disturb(api, rule("lost", drop="after", times=1, match={"operation": "PostMessage"}))
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
    with client(api) as sdk:
        (posted,) = sdk.messages.post_message(api.app_id, group, body).messages
    assert counts(api)["lost"] == (2, 1)
    (stored,) = api.ok("GET", f"/conversations/{group}/messages")["messages"]
    assert stored["id"] == posted.id
