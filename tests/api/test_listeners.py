"""GET /heliograph/v1/apps/{appId}/listeners, and the repetitions of events in the stream."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api import test_streams
from tests.api.database import Database
from tests.api.endpoint import Endpoint
from tests.databases import POSTGRESQL, new_database
from tests.harness import Caller, Server, command, init, new_app, serving, titles_of
from tests.waiting import until


@pytest.fixture
def own(calling: Server, endpoint: Endpoint) -> Iterator[Caller]:
    """A caller with the key of a fresh app whose webhook is the endpoint."""
    owner = Caller(calling.url, init(calling.database_url).account_auth)
    api = new_app(owner)
    api.ok("POST", "/integrations", {"type": "custom", "webhooks": [{"target": endpoint.url, "triggers": ["*"]}]})
    yield api
    owner.http.close()


def below(api: Caller, path: str) -> str:
    """A path below the extensions of the caller's app."""
    return f"/heliograph/v1/apps/{api.app_id}/{path}"


def listeners(api: Caller) -> list[Any]:
    """The listeners of the caller's app."""
    found: list[Any] = api.ok("GET", below(api, "listeners"))["listeners"]
    return found


class Stream:
    """The lines of an open event stream."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.position = ""

    def begin(self) -> str:
        """Read the first cursor."""
        line = next(line for line in self._lines if line.startswith("id: "))
        self.position = line.removeprefix("id: ")
        return self.position

    def next(self) -> Any:
        """The data of the next event."""
        for line in self._lines:
            if line.startswith("id: "):
                self.position = line.removeprefix("id: ")
            elif line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
        raise AssertionError("the stream ended")


@contextlib.contextmanager
def streaming(api: Caller, since: str | None = None, **query: str) -> Iterator[Stream]:
    """The app's stream, starting now or after a cursor."""
    with test_streams.streaming(api, since, **query) as lines:
        yield Stream(lines)


def delivered(api: Caller, count: int = 1) -> list[str]:
    """Wait until this many deliveries are settled; returns the ids of all."""
    found: list[Any] = []

    def settled() -> bool:
        found[:] = api.ok("GET", below(api, "deliveries"))["deliveries"]
        return len([one for one in found if one["status"] != "pending"]) >= count

    until(settled)
    return [one["id"] for one in found]


def resend(api: Caller, delivery_id: str) -> Any:
    """Send a delivery again."""
    return api.ok("POST", below(api, f"deliveries/{delivery_id}/retry"))["delivery"]


def test_a_stream_with_a_name_is_listed_while_it_is_open(account: Caller) -> None:
    """deliveries.9"""
    api = new_app(account)
    with streaming(api, listener="ada@laptop", forwardTo="http://me:pw@127.0.0.1:3000/hook?key=1#x") as stream:
        stream.begin()
        (found,) = listeners(api)
        assert found == {
            "id": found["id"],
            "name": "ada@laptop",
            "forwardTo": "http://127.0.0.1:3000/hook",
            "connectedAt": found["connectedAt"],
        }
        with streaming(api, listener="ada@laptop") as other, streaming(api) as unnamed:
            other.begin()
            unnamed.begin()
            first, second = listeners(api)
            assert first == found
            assert ("forwardTo" in second, second["name"]) == (False, "ada@laptop")
        group = api.new_group()
        assert stream.next()["events"][0]["payload"]["conversation"]["id"] == group
        until(lambda: listeners(api)[0].get("lastEventAt", "") >= found["connectedAt"])
    until(lambda: listeners(api) == [])


def test_a_listener_without_selected_events_has_no_last_event(account: Caller) -> None:
    """deliveries.9"""
    api = new_app(account)
    with streaming(api, listener="bot", trigger="conversation:join") as stream, streaming(api, listener="all") as other:
        stream.begin()
        other.begin()
        api.new_group()
        other.next()
        until(lambda: "lastEventAt" in listeners(api)[1])
        assert "lastEventAt" not in listeners(api)[0]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ({"listener": ""}, "listener should be 1 to 128 printable characters"),
        ({"listener": "a" * 129}, "listener should be 1 to 128 printable characters"),
        ({"listener": "a\nb"}, "listener should be 1 to 128 printable characters"),
        ({"forwardTo": "http://localhost"}, "forwardTo requires listener"),
        ({"listener": "a", "forwardTo": "ftp://x"}, "forwardTo should be a URL of http or https"),
        ({"listener": "a", "forwardTo": "http://[::1"}, "forwardTo should be a URL of http or https"),
        ({"listener": "a", "forwardTo": "http://x/" + "y" * 2048}, "forwardTo should be a URL of http or https"),
        ({"repeated": "1"}, "repeated should be true or false"),
    ],
)
def test_invalid_parameters_are_refused(account: Caller, query: dict[str, str], title: str) -> None:
    """deliveries.9"""
    api = new_app(account)
    answer = api("GET", below(api, "events"), params=query)
    assert titles_of(answer)[0].startswith(title)
    assert listeners(api) == []


def test_a_listener_whose_server_was_killed_expires(account: Caller, database: Database) -> None:
    """deliveries.9"""
    api = new_app(account)

    def is_gone() -> bool:  # eventually: the server may renew the row in between
        database.write(("UPDATE listener SET seen_at = seen_at - 30001 WHERE app_id = $1", (api.app_id,)))
        return listeners(api) == []

    with streaming(api, listener="first") as stream:
        stream.begin()
        assert [one["name"] for one in listeners(api)] == ["first"]
        until(is_gone)
        with streaming(api, listener="second") as other:
            other.begin()
            assert "second" in [one["name"] for one in listeners(api)]


def test_a_delivery_that_is_sent_again_is_repeated(own: Caller) -> None:
    """deliveries.10"""
    with streaming(own, repeated="true") as stream, streaming(own) as plain:
        begun = stream.begin()
        plain.begin()
        group = own.new_group()
        event = stream.next()
        assert plain.next() == event
        after = stream.position
        (delivery_id,) = delivered(own)
        resend(own, delivery_id)
        assert stream.next() == {**event, "repeated": True}
        own.say(group)
        last = stream.next()
        assert last["events"][0]["type"] == "conversation:message"
        assert plain.next() == last, "a stream that does not ask for repetitions has none"
    for since, expected in (
        (begun, [event, {**event, "repeated": True}, last]),
        (after, [{**event, "repeated": True}]),
    ):
        with streaming(own, since, repeated="true") as stream:
            assert [stream.next() for _ in expected] == expected
    with streaming(own, stream.position, repeated="true", trigger="conversation:message") as stream:
        assert stream.next() == last


def test_a_new_stream_begins_after_earlier_repetitions(own: Caller) -> None:
    """deliveries.10"""
    group = own.new_group()
    (delivery_id,) = delivered(own)
    resend(own, delivery_id)
    delivered(own)
    with streaming(own, repeated="true") as stream:
        stream.begin()
        own.say(group)
        assert stream.next()["events"][0]["type"] == "conversation:message"


def test_a_pending_delivery_is_not_repeated(own: Caller, endpoint: Endpoint, calling: Server) -> None:
    """deliveries.10: sending it again changes nothing, and automatic retries are not repetitions."""
    endpoint.status = 503
    with streaming(own, repeated="true") as stream:
        stream.begin()
        group = own.new_group()
        first = stream.next()
        until(lambda: endpoint.came)
        (pending,) = own.ok("GET", below(own, "deliveries"))["deliveries"]
        resend(own, pending["id"])
        own.say(group)
        assert [first["events"][0]["type"], stream.next()["events"][0]["type"]] == [
            "conversation:create",
            "conversation:message",
        ]
    assert Database(calling.database_url).rows("SELECT 1 FROM repetition WHERE app_id = $1", own.app_id) == []


def test_a_command_alongside_the_server_repeats_events(own: Caller, calling: Server) -> None:
    """deliveries.10"""
    with streaming(own, repeated="true") as stream:
        stream.begin()
        own.new_group()
        event = stream.next()
        (delivery_id,) = delivered(own)
        done = command("deliveries", "retry", "--app", own.app_id, "--database", calling.database_url, delivery_id)
        assert done.returncode == 0, done.stderr
        assert stream.next() == {**event, "repeated": True}


def test_another_app_gets_no_repetitions(own: Caller, calling: Server) -> None:
    """deliveries.10"""
    owner = Caller(calling.url, init(calling.database_url).account_auth)
    other = new_app(owner)
    with streaming(other, repeated="true") as stream, streaming(own, repeated="true") as mine:
        stream.begin()
        mine.begin()
        own.new_group()
        mine.next()
        resend(own, delivered(own)[0])
        assert mine.next()["repeated"] is True
        group = other.new_group()
        assert stream.next()["events"][0]["payload"]["conversation"]["id"] == group
    owner.http.close()


@pytest.mark.one_engine(POSTGRESQL)
def test_several_servers_share_listeners_and_repetitions(tmp_path: Path, endpoint: Endpoint) -> None:
    """deliveries.9, deliveries.10"""
    url = new_database(POSTGRESQL, tmp_path)
    options = ("--webhook-allowed-networks", "loopback")
    with serving(url, *options) as one, serving(url, *options) as two:
        sandbox = init(url)
        api, other = (Caller(server.url, sandbox.app_auth, sandbox.app_id) for server in (one, two))
        api.ok("POST", "/integrations", {"type": "custom", "webhooks": [{"target": endpoint.url, "triggers": ["*"]}]})
        with streaming(other, repeated="true", listener="there") as stream:
            stream.begin()
            assert [one["name"] for one in listeners(api)] == ["there"]
            api.new_group()
            event = stream.next()
            resend(api, delivered(api)[0])
            assert stream.next() == {**event, "repeated": True}
        until(lambda: listeners(api) == [])
        for caller in (api, other):
            caller.http.close()
