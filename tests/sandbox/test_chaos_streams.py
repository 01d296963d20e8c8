"""Effects of chaos on event streams."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import httpx
import pytest

from heliograph import BasicAuth, Client
from tests.api.test_streams import cursor_of, event_of, streaming
from tests.harness import Caller
from tests.recording.activity import streaming as activity
from tests.robustness.answers import Connection, request
from tests.sandbox.chaos import counts, disturb, rule

COMMENT = ": x-heliograph-chaos: "


def types_of(lines: Iterator[str], count: int) -> list[str]:
    """The types of the next events."""
    return [event_of(lines)[1] for _ in range(count)]


@contextmanager
def following(api: Caller) -> Iterator[Connection]:
    """A connection with the open event stream of the app."""
    with Connection(api.url) as connection:
        connection.say(request("GET", f"/heliograph/v1/apps/{api.app_id}/events", api.auth))
        connection.until(b"id: ")
        yield connection


def test_a_disturbed_event_has_a_comment_with_the_rules(api: Caller) -> None:
    disturb(api, rule("slow", "stream", delayMs=[1, 5], match={"trigger": "conversation:message"}))
    with streaming(api) as lines:
        cursor_of(lines)
        api.say(api.new_group())
        seen = [next(line for line in lines if line.startswith(("event: ", COMMENT))) for _ in range(3)]
    assert seen == ["event: conversation:create", f"{COMMENT}slow", "event: conversation:message"]
    assert counts(api) == {"slow": (1, 1)}


def test_a_stream_is_dropped_after_some_events_and_can_be_resumed(api: Caller) -> None:
    disturb(api, rule("lost", "stream", drop=2, times=1, match={"trigger": "conversation:message"}))
    group = api.new_group()
    with streaming(api) as lines:
        cursor_of(lines)
        for number in range(3):
            api.say(group, str(number))
        place = [event_of(lines)[0] for _ in range(2)][-1]
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    with streaming(api, place) as lines:
        assert types_of(lines, 1) == ["conversation:message"]
    assert counts(api) == {"lost": (3, 1)}


def test_an_event_may_be_lost_with_the_connection(api: Caller) -> None:
    """The event was not sent, so the client receives it when it resumes."""
    disturb(api, rule("lost", "stream", drop=0, times=1))
    with following(api) as connection:
        api.new_group()
        assert b"event: " not in connection.rest()
    assert counts(api) == {"lost": (1, 1)}


def test_a_stream_is_reset(api: Caller) -> None:
    disturb(api, rule("reset", "stream", reset=True))
    parts = api.url.rpartition(":")
    with socket.create_connection(("127.0.0.1", int(parts[2])), timeout=20) as plain:
        plain.sendall(request("GET", f"/heliograph/v1/apps/{api.app_id}/events", api.auth))
        read = b""
        while b"id: " not in read:
            read += plain.recv(65536)
        api.new_group()
        with pytest.raises(ConnectionResetError):
            _read_all(plain)


def _read_all(connection: socket.socket) -> None:
    """Read until the connection ends."""
    while connection.recv(65536):
        pass


def test_our_client_resumes_without_missing_an_event(api: Caller) -> None:
    assert api.auth is not None
    disturb(
        api,
        rule("lost", "stream", drop=1, probability=0.5, times=2),
        rule("reset", "stream", reset=True, probability=0.5, times=2),
    )
    group = api.new_group()
    with streaming(api) as lines:
        place = cursor_of(lines)
    sent = [str(number) for number in range(10)]
    for text in sent:
        api.say(group, text)
    with (
        Client(api.url, auth=BasicAuth(*api.auth), backoff=0.01) as client,
        client.events.stream(api.app_id, last_event_id=place) as stream,
    ):
        found = [event.payload["message"]["content"]["text"] for event in _first(stream, len(sent))]
    assert found == sent
    assert [hits for _, hits in counts(api).values()] == [2, 2]


def _first(stream: Iterable[Any], count: int) -> Iterator[Any]:
    """The first events of a stream."""
    return islice((event for delivery in stream for event in delivery.events), count)


def test_request_rules_apply_to_the_opening_of_a_stream(api: Caller) -> None:
    disturb(api, rule("lost", drop="after", times=1), rule("cut", truncate=5))
    with Connection(api.url) as connection:
        connection.say(request("GET", f"/heliograph/v1/apps/{api.app_id}/events", api.auth))
        assert connection.rest() == b""
    with streaming(api) as lines:
        cursor_of(lines)
    assert counts(api) == {"lost": (2, 1), "cut": (0, 0)}


def test_the_activity_stream_is_disturbed_by_its_events(api: Caller) -> None:
    """Requests in the stream, and its own reports, do not count as events."""
    lost = rule("lost", "stream", drop=1, times=1, match={"trigger": "conversation:message"})
    disturb(api, lost, rule("cut", truncate=5, match={"method": "GET"}))
    group = api.new_group()
    with activity(api) as frames:
        start = next(frames)
        api.say(group, "one")
        api.say(group, "two")
        seen = [next(frames)]
        with pytest.raises(httpx.RemoteProtocolError):
            list(frames)
    assert [one.data["type"] for one in seen] == ["conversation:message"]
    with activity(api, start.cursor) as frames:
        assert [next(frames).kind for _ in range(3)] == ["hello", "event", "event"]
    assert counts(api)["lost"] == (3, 1)
