"""Restores under load, with followers of the event stream, and with kill -9 during a restore.

HELIOGRAPH_TEST_ROUNDS multiplies the number of restores.
"""

from __future__ import annotations

import itertools
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.harness import Caller, init, serving
from tests.sandbox.inboxes import hook, settled
from tests.sandbox.snapshots import SNAPSHOTS, callers, restore, save
from tests.security.calls import basic

MULTIPLIER = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
RESTORES = 10 * MULTIPLIER
KILLS = 3 * MULTIPLIER
WRITES_PER_RESTORE = 12

pytestmark = [pytest.mark.one_engine, pytest.mark.timeout(60 + 10 * RESTORES)]


@dataclass
class Traffic:
    """Joins new users to a group and lists it, in two threads. `joined` has the time before and after each join."""

    api: Caller
    group: str
    first: str
    joined: dict[str, tuple[float, float]] = field(default_factory=dict)
    listings: list[tuple[float, set[str]]] = field(default_factory=list)
    over: bool = False
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def write(self) -> None:
        """Create users, and join each."""
        api = Caller(self.api.url, self.api.auth, self.api.app_id)
        while not self.over:
            started, name = time.monotonic(), f"user-{next(self._numbers)}"
            if api("POST", "/users", {"externalId": name}).status_code != 201:
                continue
            body = {"userExternalId": name, "subscribeSDKClient": False}
            # The user is missing if a restore happened in between.
            if api("POST", f"/conversations/{self.group}/join", body).status_code == 201:
                self.joined[name] = started, time.monotonic()
        api.http.close()

    def read(self) -> None:
        """List the group again and again, mostly from the cache."""
        api = Caller(self.api.url, self.api.auth, self.api.app_id)
        while not self.over:
            started = time.monotonic()
            self.listings.append((started, self.list(api)))
        api.http.close()

    def list(self, api: Caller) -> set[str]:
        """The external ids of the participants."""
        response = api("GET", f"/conversations/{self.group}/participants", params={"page[size]": "100"})
        assert response.status_code == 200, response.text
        return {one["userExternalId"] for one in response.json()["participants"]}

    def wait_for(self, count: int) -> None:
        """Wait until this many more users have joined."""
        target, deadline = len(self.joined) + count, time.monotonic() + 60
        while len(self.joined) < target:
            assert time.monotonic() < deadline
            time.sleep(0.002)


def test_restores_under_load(tmp_path: Path) -> None:
    """No write after a restore is lost, and no undone write comes back, not even from a cache."""
    with serving(tmp_path / "load.db", "--webhook-allowed-networks", "loopback") as server:
        account, api = callers(server, init(server.database_url))
        group = api.new_group(api.new_user("first"))
        save(account)
        traffic, spans = Traffic(api, group, "first"), []
        with ThreadPoolExecutor(4) as pool:
            work = [pool.submit(one) for one in (traffic.write, traffic.write, traffic.read)]
            for _ in range(RESTORES):
                traffic.wait_for(WRITES_PER_RESTORE)
                started = time.monotonic()
                restore(account)
                spans.append((started, time.monotonic()))
            traffic.wait_for(WRITES_PER_RESTORE)
            traffic.over = True
            for one in work:
                one.result()
        check_listings(traffic, spans)
        check_state(traffic, spans, traffic.list(api))
        hook(api, triggers=("conversation:message",))
        api.say(group)
        assert [one["status"] for one in settled(api, 1)] == ["delivered"]
        account.http.close()
    with closing(sqlite3.connect(tmp_path / "load.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def check_listings(traffic: Traffic, spans: list[tuple[float, float]]) -> None:
    """No listing that began after a restore shows a user who had joined before it."""
    assert len(traffic.listings) > len(spans)
    for started, seen in traffic.listings:
        done = [span for span in spans if span[1] <= started]
        if not done:
            continue
        undone = {name for name, (_, joined) in traffic.joined.items() if joined < done[-1][0]}
        assert not seen & undone
        assert traffic.first in seen


def check_state(traffic: Traffic, spans: list[tuple[float, float]], seen: set[str]) -> None:
    """At the end, users who joined after the last restore are listed, and users who joined before it are not."""
    began, ended = spans[-1]
    after = {name for name, (started, _) in traffic.joined.items() if started > ended}
    before = {name for name, (_, joined) in traffic.joined.items() if joined < began}
    assert len(after) >= WRITES_PER_RESTORE - 3
    assert after <= seen
    assert not seen & before


def test_a_restore_waits_for_requests_in_progress(tmp_path: Path) -> None:
    """A request that completes before the restore is undone. A request that waits for the restore is kept."""
    with serving(tmp_path / "waiting.db") as server:
        account, api = callers(server, init(server.database_url))
        save(account)
        with began(api, "/users", b'{"externalId": "before"}') as finish, ThreadPoolExecutor(2) as pool:
            restoring = pool.submit(restore, account)
            while not is_held_back(api):
                assert not restoring.done()
            other = Caller(api.url, api.auth, api.app_id)
            waiting = pool.submit(other.new_user, "after")
            assert finish().startswith(b"HTTP/1.1 201 ")
            restoring.result()
            waiting.result()
            other.http.close()
        assert api("GET", "/users/before").status_code == 404
        assert api("GET", "/users/after").status_code == 200
        account.http.close()


@contextmanager
def began(api: Caller, path: str, body: bytes) -> Iterator[Callable[[], bytes]]:
    """A request whose last byte is missing; yields a function that sends it and returns the response."""
    assert api.auth is not None
    host, _, port = api.url.removeprefix("http://").partition(":")
    head = (
        f"POST /v2/apps/{api.app_id}{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {basic(*api.auth)}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\nexpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")  # the request is in progress
        connection.sendall(body[:-1])

        def finish() -> bytes:
            connection.sendall(body[-1:])
            return connection.recv(65536)

        yield finish


def is_held_back(api: Caller) -> bool:
    """Whether writes wait while the server responds to reads."""
    return waits(api) and api("GET", "/users/nobody").status_code == 404 and waits(api)


def waits(api: Caller) -> bool:
    """Whether a write gets no response."""
    try:
        httpx.post(f"{api.url}/v2/apps/{api.app_id}/users", json={}, auth=api.auth, timeout=0.25)
    except httpx.ReadTimeout:
        return True
    return False


def test_followers_are_reset(tmp_path: Path) -> None:
    """A follower is notified that events were undone, and misses no event after the restore."""
    with serving(tmp_path / "followed.db") as server:
        account, api = callers(server, init(server.database_url))
        group = api.new_group(api.new_user("first"))
        save(account)
        received: list[str] = []
        with api.sdk.with_options(max_retries=5).events.stream(api.app_id, triggers=["conversation:message"]) as stream:
            following = threading.Thread(target=lambda: follow(stream, received))
            following.start()
            await_text(api, group, received, "ready")
            for number in range(3):
                api.say(group, f"undone {number}")
                restore(account)
                api.say(group, f"kept {number}")
                await_text(api, group, received, f"again {number}")
                assert stream.resets == number + 1
            api.say(group, "the end")
            following.join(30)
        kept = [text for text in received if text.startswith("kept")]
        assert kept == [f"kept {number}" for number in range(3)]
        account.http.close()


def follow(stream: object, received: list[str]) -> None:
    """Collect the texts of the messages until the last one."""
    for delivery in stream:  # type: ignore[attr-defined]
        received += [event.payload.message.content.text for event in delivery.events]
        if received[-1] == "the end":
            return


def await_text(api: Caller, group: str, received: list[str], text: str) -> None:
    """Post a message until the follower has received it, since it may not be connected at first."""
    deadline = time.monotonic() + 30
    while text not in received:
        assert time.monotonic() < deadline
        api.say(group, text)
        time.sleep(0.05)


def test_an_undone_cursor_gets_a_reset(tmp_path: Path) -> None:
    with serving(tmp_path / "cursors.db") as server:
        account, api = callers(server, init(server.database_url))
        group = api.new_group(api.new_user("first"))
        kept = cursor_of(api, None)
        save(account)
        api.say(group)
        undone = cursor_of(api, None)
        restore(account)
        assert first_part(api, undone).split("\n")[1:3] == ["event: reset", "data: {}"]
        assert "event: reset" not in first_part(api, kept)
        after = cursor_of(api, None)
        server.restart()
        api.url = account.url = server.url
        assert "event: reset" in first_part(api, undone)
        assert "event: reset" not in first_part(api, after)
        account.http.close()


def first_part(api: Caller, last_event_id: str | None) -> str:
    """The first event of a stream."""
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/events"
    headers = {} if last_event_id is None else {"last-event-id": last_event_id}
    with httpx.stream("GET", url, auth=api.auth, headers=headers, timeout=30) as response:
        text = ""
        for chunk in response.iter_text():
            text += chunk
            if "\n\n" in text:
                return text
    raise AssertionError(text)


def cursor_of(api: Caller, last_event_id: str | None) -> str:
    """The id of the first event of a stream."""
    return first_part(api, last_event_id).split("\n")[0].removeprefix("id: ")


def test_a_killed_server_has_the_old_or_the_new_database(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    with serving(path) as server:
        account, api = callers(server, init(server.database_url))
        for number in range(50):
            api.new_user(f"old-{number}")
        save(account)
        for number in range(50):
            api.new_user(f"new-{number}")
        for round in range(KILLS):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(attempt, lambda: restore(account))
                time.sleep(0.004 * (round % 5))
                server.kill()
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                (count,) = connection.execute("SELECT count(*) FROM app_user").fetchone()
                assert count in (50, 100)
            server.output.clear()
            server.start()
            account.url = api.url = server.url
            assert api("GET", "/users/old-49").status_code == 200
            if count == 50:
                for number in range(50):
                    api.ok("POST", "/users", {"externalId": f"new-{number}"})
        assert [one["name"] for one in account.ok("GET", SNAPSHOTS)["snapshots"]] == ["base"]
        assert [one.name for one in Path(f"{path}.snapshots").iterdir()] == ["base.db"]
        account.http.close()


def attempt(work: Callable[[], None]) -> None:
    """Call `work`, whose connection may be cut."""
    try:
        work()
    except httpx.TransportError:
        pass
