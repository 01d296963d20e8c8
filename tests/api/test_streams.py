"""The event stream over HTTP: cursors reveal nothing about other apps, and a stopped process delays streams."""

from __future__ import annotations

import contextlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.api.event_records import events_of
from tests.databases import POSTGRESQL, execute, rows, transaction, with_parameters
from tests.harness import Caller, Server, new_app
from tests.waiting import until


@contextlib.contextmanager
def streaming(api: Caller, place: str | None = None, **query: str) -> Iterator[Iterator[str]]:
    """The lines of the app's stream, starting now or after a cursor."""
    headers = {"last-event-id": place} if place else {}
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/events?{urlencode(query)}"
    with httpx.Client(timeout=20) as http, http.stream("GET", url, auth=api.auth, headers=headers) as response:
        assert response.status_code == 200, response.read()
        yield response.iter_lines()


def cursor_of(lines: Iterator[str]) -> str:
    """The next cursor."""
    return next(line for line in lines if line.startswith("id: ")).removeprefix("id: ")


def data_of(lines: Iterator[str]) -> tuple[str, Any]:
    """The cursor and the data of the next event."""
    place = ""
    for line in lines:
        if line.startswith("id: "):
            place = line.removeprefix("id: ")
        elif line.startswith("data: "):
            return place, json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended")


def event_of(lines: Iterator[str]) -> tuple[str, str]:
    """The cursor and the type of the next event."""
    place, data = data_of(lines)
    return place, data["events"][0]["type"]


def test_a_cursor_reveals_nothing_of_other_apps(api: Caller, account: Caller) -> None:
    other = new_app(account)
    with streaming(api) as lines:
        before = cursor_of(lines)
    other.new_group()
    event_id = events_of(other)[0].id
    with streaming(api) as lines:
        after = cursor_of(lines)
    assert len(before) == len(after) == 54
    for text in (before, after):
        hidden = urlsafe_b64decode(text + "==")
        assert event_id[:8] not in text
        assert bytes.fromhex(event_id)[:5] not in hidden


def test_a_cursor_is_valid_for_its_own_app_only(api: Caller, account: Caller) -> None:
    other = new_app(account)
    with streaming(api) as lines:
        place = cursor_of(lines)
    url = f"{api.url}/heliograph/v1/apps/{other.app_id}/events"
    for given in (place, place[:-1], "A" * 54, "A" * 75, "nonsense", "8f9ec4d7a554a146.0." + "f" * 24, "\u00fc"):
        refused = other.http.get(url, auth=other.auth, headers=[(b"last-event-id", given.encode("latin-1"))])
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["title"] == "Last-Event-ID is not an id of this stream"


def test_a_stream_can_begin_with_the_oldest_event(api: Caller) -> None:
    group = api.new_group()
    api.say(group)
    with streaming(api, "0") as lines:
        assert cursor_of(lines)
        assert [event_of(lines)[1] for _ in range(2)] == ["conversation:create", "conversation:message"]


def test_a_stream_can_be_resumed_at_every_cursor(api: Caller) -> None:
    with streaming(api) as lines:
        place = cursor_of(lines)
        group = api.new_group()
        api.say(group)
        first, _ = event_of(lines)
    for start, expected in (
        (place, ["conversation:create", "conversation:message"]),
        (first, ["conversation:message"]),
    ):
        with streaming(api, start) as lines:
            assert [event_of(lines)[1] for _ in expected] == expected


@pytest.mark.one_engine(POSTGRESQL)
def test_a_metric_shows_how_long_the_streams_wait_for_a_process(server: Server) -> None:
    def held() -> float:
        text = httpx.get(f"{server.url}/metrics").text
        (line,) = [line for line in text.splitlines() if line.startswith("heliograph_stream_held_seconds ")]
        return float(line.split()[1])

    mark = "INSERT INTO stream_mark (process, mark, beat, active) VALUES ('gone', '0', 1, 1)"
    with transaction(with_parameters(server.database_url, application_name="heliograph/gone/1")):
        execute(server.database_url, mark)
        until(lambda: held() > 0.2)
    until(lambda: held() < 0.2)  # the process has no session any more, so it becomes inactive
    assert rows(server.database_url, "SELECT active FROM stream_mark WHERE process = 'gone'") in ([(0,)], [])
