"""GET /heliograph/v1/apps/{appId}/activity: requests and events as they happen, without gaps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph import ids
from heliograph.server.recording import recorder as recorder_module
from tests.api.database import Database
from tests.api.event_records import records
from tests.databases import POSTGRESQL, new_database
from tests.harness import Caller, Server, init, new_app, serving, titles_of
from tests.recording.activity import Frame, activity_url, frames, shown, streaming, taken
from tests.recording.looking import listed, recorded
from tests.sandbox.snapshots import callers, restore, save
from tests.security.test_clock import Clock

MOST_BEHIND = 1_000


def entries_of(stream: Any, count: int) -> list[Frame]:
    """The next requests and events of a stream, without requests that helpers of the tests make."""
    found: list[Frame] = []
    while len(found) < count:
        one = next(stream)
        if one.data.get("operation") not in ("CreateAppKey", "ListEventRecords"):
            found.append(one)
    return found


def test_requests_and_events_from_the_first_frame_on(own: Caller) -> None:
    """recording.6"""
    with streaming(own) as stream:
        hello = next(stream)
        ada, group = own.new_user(), own.new_group()
        own.join(group, ada)
        found = entries_of(stream, 5)
    assert (hello.kind, hello.data) == ("hello", {"heartbeat": 20, "recording": True})
    assert hello.cursor is not None
    assert sorted(shown(found)) == sorted(
        ["CreateUser", "CreateConversation", "JoinConversation", "conversation:create", "conversation:join"]
    )
    assert [one.data for one in found if one.kind == "event"] == records(own)
    requests = [one.data for one in found if one.kind == "request"]
    assert requests == [one for one in listed(own) if one["operation"] in shown(found)]
    # An event is before its request, which is recorded after the response.
    assert shown(found).index("conversation:join") < shown(found).index("JoinConversation")


def test_the_stream_resumes_at_every_cursor(own: Caller) -> None:
    """recording.6"""
    with streaming(own) as stream:
        start = next(stream)
        for number in range(3):
            own.new_user(f"user-{number}")
            own.new_group()
        found = entries_of(stream, 9)
    for number, one in enumerate([start, *found]):
        assert one.cursor is not None
        with streaming(own, one.cursor) as stream:
            assert next(stream).kind == "hello"
            rest = [frame.data for frame in entries_of(stream, len(found) - number)]
        assert rest == [frame.data for frame in found[number:]]


def test_a_stream_shows_only_its_own_app(own: Caller, owner: Caller) -> None:
    """recording.6"""
    other = new_app(owner)
    with streaming(own) as stream:
        cursor = next(stream).cursor
        other.new_group()
        own.new_group()
        found = entries_of(stream, 2)
    assert {one.data.get("keyId") for one in found} == {own.auth and own.auth[0]}
    with streaming(other, cursor) as stream:
        assert [one.kind for one in taken(stream, 2)] == ["hello", "reset"]


@pytest.mark.parametrize("given", ["0", "nonsense", "A" * 54])
def test_an_invalid_cursor_begins_now(own: Caller, given: str) -> None:
    """recording.6"""
    own.new_user()
    with streaming(own, given) as stream:
        hello, reset = taken(stream, 2)
        assert (hello.kind, reset.kind, reset.data, reset.cursor) == ("hello", "reset", {}, hello.cursor)
        own.new_group()
        assert "conversation:create" in shown(entries_of(stream, 2))


def test_a_cursor_that_is_too_old_begins_now(own: Caller, recorder: Server) -> None:
    """recording.6"""
    recorded(own, own("GET", "").headers["x-request-id"])
    with streaming(own) as stream:
        cursor = next(stream).cursor
    database = Database(recorder.database_url)
    (row,) = database.rows("SELECT * FROM request WHERE app_id = $1 AND operation = 'GetApp'", own.app_id)
    place = row.index(own.app_id) + 1
    columns = ", ".join(f"${number}" for number, _ in enumerate(row, 1))
    rows = [(*row[:place], ids.new(), *row[place + 1 :]) for _ in range(MOST_BEHIND)]
    database.write(*[(f"INSERT INTO request VALUES ({columns})", one) for one in rows])
    with streaming(own, cursor) as stream:
        assert [one.kind for one in taken(stream, 2)] == ["hello", "request"]
    database.write((f"INSERT INTO request VALUES ({columns})", (*row[:place], ids.new(), *row[place + 1 :])))
    with streaming(own, cursor) as stream:
        assert [one.kind for one in taken(stream, 2)] == ["hello", "reset"]


def test_once_ends_after_the_first_entries(own: Caller) -> None:
    """recording.6"""
    recorded(own, own("GET", "").headers["x-request-id"])
    with streaming(own) as stream:
        cursor = next(stream).cursor
    own.new_group()
    response = httpx.get(
        activity_url(own), params={"once": "1"}, auth=own.auth, headers={"last-event-id": cursor or ""}, timeout=30
    )
    hello, *found = frames(iter(response.text.split("\n")))
    assert (hello.kind, "conversation:create" in shown(found)) == ("hello", True)
    lost = httpx.get(activity_url(own), params={"once": "1"}, auth=own.auth, headers={"last-event-id": "x"}, timeout=30)
    assert [one.kind for one in frames(iter(lost.text.split("\n")))] == ["hello", "reset"]
    wrong = httpx.get(activity_url(own), params={"once": "yes"}, auth=own.auth)
    assert titles_of(wrong) == ["once should be 0 or 1"]


def test_streams_are_not_recorded(own: Caller) -> None:
    """recording.1"""
    with streaming(own) as stream:
        next(stream)
    own.new_group()
    recorded(own, own("GET", "").headers["x-request-id"])
    assert "StreamActivity" not in [one["operation"] for one in listed(own)]


def test_events_for_webhooks_alone_are_shown(own: Caller) -> None:
    """recording.6: like the list of event records, and unlike the event stream."""
    hook = {"target": "http://127.0.0.1:9/x", "triggers": ["conversation:join"]}
    made = own.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]["webhooks"][0]
    with streaming(own) as stream:
        next(stream)
        own.ok(
            "POST",
            f"/heliograph/v1/apps/{own.app_id}/sandbox/trigger",
            {"type": "conversation:join", "to": [made["id"]]},
        )
        (found,) = [one.data for one in entries_of(stream, 1) if one.kind == "event"] or [
            next(one.data for one in stream if one.kind == "event")
        ]
    assert (found["type"], found["synthetic"]) == ("conversation:join", True)


def limit_queue() -> None:
    """Limit the queue of the recorder to one request."""
    recorder_module.QUEUE_LIMIT = 1


@pytest.mark.one_engine
def test_dropped_requests_are_reported(engine: str, tmp_path: Path) -> None:
    """recording.6"""
    options = ("--record-requests", "100")
    with serving(new_database(engine, tmp_path), *options, prepare=limit_queue) as server:
        api = new_app(Caller(server.url, init(server.database_url).account_auth))
        with streaming(api) as stream:
            next(stream)
            for _ in range(20):  # a batch is written four times a second
                api.new_user()
            dropped = next(one for one in stream if one.kind == "dropped")
        assert 0 < dropped.data["count"] < 20
        api.http.close()


def test_without_the_recorder_there_are_events_only(server: Server, account: Caller) -> None:
    """recording.6"""
    api = new_app(account)
    with streaming(api) as stream:
        assert next(stream).data == {"heartbeat": 20, "recording": False}
        api.new_user()
        group = api.new_group()
        api.say(group)
        assert shown(taken(stream, 2)) == ["conversation:create", "conversation:message"]


def test_a_server_that_stops_says_goodbye_and_its_streams_resume(engine: str, tmp_path: Path) -> None:
    """recording.6"""
    with serving(new_database(engine, tmp_path), "--record-requests", "100") as server:
        api = new_app(Caller(server.url, init(server.database_url).account_auth))
        with streaming(api) as stream:
            next(stream)
            api.new_group()
            found = entries_of(stream, 2)
            cursor = found[-1].cursor
            server.restart()
            rest = list(stream)
        assert [one.kind for one in rest] == ["bye"]
        assert 250 <= rest[0].data["retryAfter"] <= 2_000
        again = Caller(server.url, api.auth, api.app_id)
        again.new_user()
        server.kill()
        server.output.clear()
        server.start()
        last = Caller(server.url, api.auth, api.app_id)
        last.new_group()
        with streaming(last, cursor) as stream:
            assert next(stream).kind == "hello"
            # The kill may have lost the record of CreateUser.
            seen = [one for one in entries_of(stream, 2) if one.data.get("operation") != "CreateUser"]
            assert shown(seen)[0] == "conversation:create"
        for caller in (api, again, last):
            caller.http.close()


@pytest.mark.one_engine(POSTGRESQL)
def test_every_worker_streams_the_requests_of_all_workers(engine: str, tmp_path: Path) -> None:
    """recording.6"""
    options = ("--record-requests", "1000", "--workers", "2")
    with serving(new_database(engine, tmp_path), *options, forked=False) as server:
        api = new_app(Caller(server.url, init(server.database_url).account_auth))
        with streaming(api) as stream, streaming(api) as second:
            start = next(stream).cursor
            next(second)
            made = [
                httpx.post(f"{server.url}/v2/apps/{api.app_id}/conversations", json={"type": "sdkGroup"}, auth=api.auth)
                for _ in range(30)
            ]
            sent = {response.headers["x-request-id"] for response in made}
            found = entries_of(stream, 60)
            assert {frame.data["requestId"] for frame in found} == sent
            assert [frame.data for frame in entries_of(second, 60)] == [frame.data for frame in found]
        # Four streams are not all served by the same worker.
        for cursor, first in ((start, 0), (found[0].cursor, 1), (found[29].cursor, 30), (found[58].cursor, 59)):
            with streaming(api, cursor) as resumed:
                assert next(resumed).kind == "hello"
                rest = entries_of(resumed, 60 - first)
                assert [frame.data for frame in rest] == [frame.data for frame in found[first:]]
        api.http.close()


def test_cursors_reveal_nothing(own: Caller) -> None:
    with streaming(own) as stream:
        cursor = next(stream).cursor
    assert re.fullmatch(r"[\w-]{54}", cursor or "")


@pytest.mark.one_engine
def test_a_clock_that_was_set_back_hides_nothing(tmp_path: Path) -> None:
    """recording.6: after a restart, ids are greater than those of recorded requests."""
    clock = Clock(tmp_path)
    with serving(tmp_path / "heliograph.db", "--record-requests", "100", env=clock.env) as server:
        api = new_app(Caller(server.url, init(server.database_url).account_auth))
        clock.set(3600)
        last = recorded(api, api("GET", "").headers["x-request-id"])
        with streaming(api) as stream:
            cursor = next(stream).cursor
        clock.set(0)
        server.restart()
        again = Caller(server.url, api.auth, api.app_id)
        again.new_group()
        with streaming(again, cursor) as stream:
            assert next(stream).kind == "hello"
            (found,) = entries_of(stream, 1)
        assert shown([found]) == ["conversation:create"]
        assert found.data["id"] > last["id"]
        for caller in (api, again):
            caller.http.close()


@pytest.mark.one_engine
def test_a_restored_snapshot_resets_undone_cursors(tmp_path: Path) -> None:
    """recording.6: streams end, and undone cursors get a reset."""
    with serving(tmp_path / "heliograph.db", "--record-requests", "100", "--sandbox-tools", "yes") as server:
        account, api = callers(server, init(server.database_url))
        with streaming(api) as stream:
            kept = next(stream).cursor
        save(account)
        with streaming(api) as stream:
            next(stream)
            api.new_group()
            undone = next(one for one in stream if one.kind == "event").cursor
            restore(account)
            assert [one.kind for one in stream][-1] == "bye"
        api.new_group()
        with streaming(api, undone) as stream:
            assert [one.kind for one in taken(stream, 2)] == ["hello", "reset"]
        with streaming(api, kept) as stream:
            assert next(stream).kind == "hello"
            assert "conversation:create" in shown(taken(stream, 2))
        account.http.close()
