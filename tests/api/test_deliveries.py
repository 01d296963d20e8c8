"""Deliveries over the API and on the command line: list, show, retry."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.endpoint import Endpoint
from tests.harness import Caller, Server, command, error_of, init, new_app
from tests.waiting import until


@pytest.fixture
def owner(calling: Server) -> Iterator[Caller]:
    """A caller with the key of the account."""
    caller = Caller(calling.url, init(calling.database_url).account_auth)
    yield caller
    caller.http.close()


@pytest.fixture
def own(owner: Caller, endpoint: Endpoint) -> Caller:
    """A caller with the key of a fresh app whose webhook is the endpoint."""
    api = new_app(owner)
    hook = {"target": endpoint.url, "triggers": ["*"]}
    api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    return api


def below(api: Caller, path: str = "", method: str = "GET", **kwargs: Any) -> Any:
    """Call a path below the app's deliveries."""
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/deliveries{path}"
    return api.http.request(method, url, auth=kwargs.pop("auth", api.auth), **kwargs)


def listed(api: Caller) -> list[Any]:
    """The first page of deliveries."""
    found: list[Any] = below(api).json()["deliveries"]
    return found


def settled(api: Caller, count: int) -> list[Any]:
    """Wait until this many deliveries are settled; returns them."""
    until(lambda: sum(one["status"] != "pending" for one in listed(api)) >= count)
    return listed(api)


def attempted(api: Caller) -> list[Any]:
    """Wait until all deliveries of the app were attempted; returns them."""
    until(lambda: listed(api) and all(one["attemptCount"] for one in listed(api)))
    return listed(api)


def delivered(api: Caller, id: str) -> Any:
    """Wait until a delivery has arrived; returns it."""
    until(lambda: below(api, f"/{id}").json()["delivery"]["status"] == "delivered")
    return below(api, f"/{id}").json()["delivery"]


def test_deliveries_are_listed_with_their_attempts(own: Caller, endpoint: Endpoint) -> None:
    user, group = own.new_user("ada"), own.new_group()
    own.join(group, user, subscribe=True)
    deliveries = settled(own, 3)
    assert [one["eventType"] for one in deliveries] == ["conversation:create", "client:add", "conversation:join"]
    assert [(one.get("userId"), one.get("conversationId")) for one in deliveries] == [
        (None, group), (user, None), (None, group),
    ]  # fmt: skip
    assert all(one["status"] == "delivered" and one["attemptCount"] == 1 for one in deliveries)
    shown = below(own, f"/{deliveries[0]['id']}").json()["delivery"]
    (attempt,) = shown.pop("attempts")
    assert (attempt["number"], attempt["status"], attempt["response"]) == (1, 200, "so\n\ufffd\x1b[31m\ufffd\r")
    assert shown == {name: value for name, value in deliveries[0].items() if name != "lastAttempt"}
    del attempt["response"]
    assert deliveries[0]["lastAttempt"] == attempt
    headers, body = next(one for one in endpoint.came if one[1]["events"][0]["id"] == deliveries[0]["eventId"])
    assert headers["x-heliograph-delivery"] == deliveries[0]["id"]
    assert body["webhook"]["id"] == deliveries[0]["webhookId"]
    first = below(own, "?page[size]=1").json()
    assert first["deliveries"] == deliveries[:1]
    assert own.http.get(first["links"]["next"], auth=own.auth).json()["deliveries"] == deliveries[1:2]
    for query, expected in (
        (f"filter[conversationId]={group}", [deliveries[0], deliveries[2]]),
        (f"filter[userId]={user}", [deliveries[1]]),
        (f"filter[webhookId]={deliveries[0]['webhookId']}&filter[status]=delivered", deliveries),
        (f"filter[eventType]=conversation:join&filter[conversationId]={group}", [deliveries[2]]),
        (f"filter[eventId]={deliveries[1]['eventId']}&page[after]={deliveries[1]['eventId']}", [deliveries[1]]),
        ("filter[status]=failed", []),
    ):
        assert below(own, f"?{query}").json()["deliveries"] == expected, query
    assert below(own, "?filter[status]=nothing").status_code == 400
    assert below(own, "?filter[eventType]=nothing").status_code == 400


def test_failed_deliveries_can_be_retried(own: Caller, endpoint: Endpoint) -> None:
    endpoint.status = 404
    own.new_group()
    (failed,) = settled(own, 1)
    assert failed["status"] == "failed"
    endpoint.status = 200
    assert below(own, f"/{failed['id']}/retry", "POST").json()["delivery"]["status"] == "pending"
    found = delivered(own, failed["id"])
    assert [(one["number"], one["status"]) for one in found["attempts"]] == [(1, 404), (2, 200)]
    first, second = endpoint.came
    assert first[1] == second[1]
    assert [one[0]["x-heliograph-attempt"] for one in endpoint.came] == ["1", "2"]
    (again,) = listed(own)
    assert (failed["lastAttempt"]["status"], again["lastAttempt"]["number"]) == (404, 2)
    assert below(own, f"/{'0' * 24}/retry", "POST").status_code == 404


def test_the_next_attempt_of_a_pending_delivery_can_be_made_now(own: Caller, endpoint: Endpoint) -> None:
    endpoint.status = 503
    own.new_group()
    (pending,) = attempted(own)
    assert pending["dueAt"] > pending["lastAttempt"]["startedAt"]
    endpoint.status = 200
    assert below(own, f"/{pending['id']}/retry", "POST").json()["delivery"]["dueAt"] < pending["dueAt"]
    (delivery,) = settled(own, 1)
    assert (delivery["attemptCount"], delivery["lastAttempt"]["status"]) == (2, 200)


def test_deliveries_of_a_deleted_webhook_are_kept_and_cannot_be_retried(
    own: Caller, calling: Server, endpoint: Endpoint
) -> None:
    endpoint.status = 404
    own.new_group()
    (failed,) = settled(own, 1)
    (integration,) = own.ok("GET", "/integrations")["integrations"]
    own.ok("DELETE", f"/integrations/{integration['id']}")
    assert below(own, f"/{failed['id']}/retry", "POST").status_code == 404
    here = ("--app", own.app_id, "--database", calling.database_url)
    assert command("deliveries", "retry", *here, "--all-failed").stdout == "retrying 0 deliveries\n"
    assert below(own).json()["deliveries"] == [failed]


def test_who_may_read_deliveries(own: Caller, owner: Caller) -> None:
    own.new_group()
    (delivery,) = settled(own, 1)
    other = new_app(owner)
    key = own.ok(
        "POST", f"/integrations/{own.ok('GET', '/integrations')['integrations'][0]['id']}/keys", {"displayName": "Bot"}
    )["key"]
    for path, method in (("", "GET"), (f"/{delivery['id']}", "GET"), (f"/{delivery['id']}/retry", "POST")):
        assert below(own, path, method, auth=None).status_code == 401
        for low in (other.auth, (key["id"], key["secret"])):
            assert error_of(below(own, path, method, auth=low)) == (403, "forbidden", "Forbidden")
        assert below(own, path, method, auth=owner.auth).status_code == 200
    assert below(other).json() == {"deliveries": [], "meta": {"hasMore": False}}
    assert below(other, f"/{delivery['id']}").status_code == 404
    assert below(other, f"/{delivery['id']}/retry", "POST").status_code == 404


def events_of(api: Caller) -> str:
    """The URL of the app's event stream."""
    return f"{api.url}/heliograph/v1/apps/{api.app_id}/events"


@pytest.mark.parametrize("removed", ["key", "app"])
def test_a_stream_ends_when_its_credential_is_deleted(own: Caller, owner: Caller, removed: str) -> None:
    assert own.auth is not None
    app = f"/v2/apps/{own.app_id}"
    with own.http.stream("GET", events_of(own), auth=own.auth, timeout=10) as answer:
        parts = answer.iter_raw()
        own.new_group()
        seen = next(parts)
        while b"data: " not in seen:
            seen += next(parts)
        owner.ok("DELETE", f"{app}/keys/{own.auth[0]}" if removed == "key" else app)
        if removed == "key":
            Caller(own.url, owner.auth, own.app_id, own.http).new_group()
        assert b"data: " not in b"".join(parts)
    assert own.http.get(events_of(own), auth=own.auth).status_code in (401, 403)


def test_streams_are_limited_per_app(own: Caller, owner: Caller) -> None:
    other = new_app(owner)
    with contextlib.ExitStack() as stack:
        http = stack.enter_context(httpx.Client(limits=httpx.Limits(max_connections=200), timeout=10))

        def opened(api: Caller) -> int:
            return stack.enter_context(http.stream("GET", events_of(api), auth=api.auth)).status_code

        assert [opened(own) for _ in range(26)] == [200] * 25 + [503]
        assert opened(other) == 200


def test_a_stream_responds_to_head_without_a_body(own: Caller) -> None:
    with httpx.Client(limits=httpx.Limits(max_connections=1), auth=own.auth, timeout=10) as http:
        head = http.head(events_of(own))
        assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream")
        assert http.get(f"{own.url}/health/live").status_code == 200


def test_on_the_command_line(own: Caller, calling: Server, endpoint: Endpoint) -> None:
    endpoint.status = 400
    own.new_group()
    own.new_group()
    deliveries = settled(own, 2)
    here = ("--app", own.app_id, "--database", calling.database_url)
    shown = command("deliveries", "list", *here)
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [one["id"] for one in deliveries]
    assert json.loads(command("deliveries", "list", *here, "--status", "failed", "--json").stdout) == deliveries
    shown = command("deliveries", "show", *here, deliveries[0]["id"])
    # The response of an endpoint cannot send control sequences to the terminal.
    assert shown.stdout.splitlines()[1].endswith("  400  so \ufffd?[31m\ufffd")
    shown = command("deliveries", "show", *here, deliveries[0]["id"], "--json")
    assert json.loads(shown.stdout)["id"] == deliveries[0]["id"]
    endpoint.status = 200
    assert command("deliveries", "retry", *here, deliveries[0]["id"]).stdout == "retrying 1 delivery\n"
    delivered(own, deliveries[0]["id"])
    assert command("deliveries", "retry", *here, "--all-failed").stdout == "retrying 1 delivery\n"
    for wrong in (("retry", *here), ("show", *here, "x"), ("list", "--app", "x", "--database", calling.database_url)):
        assert command("deliveries", *wrong).returncode == 2
