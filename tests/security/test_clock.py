"""A wall clock that jumps: the cache of credentials and apps uses the monotonic clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.harness import Caller, Server, command, init, serving
from tests.programs import library
from tests.security.credentials import bearer
from tests.waiting import until

pytestmark = pytest.mark.one_engine
HOUR = 3600


class Clock:
    """The wall clock of a server."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.env = {
            "LD_PRELOAD": str(library("libfaketime.so.1")),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set(0)

    def set(self, seconds: int) -> None:
        """Set the clock to a number of seconds ahead of the real time."""
        self._file.write_text(f"{seconds:+d}")


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A correct clock."""
    return Clock(tmp_path)


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    """A server with this clock."""
    with serving(tmp_path / "heliograph.db", env=clock.env) as server:
        yield server


def test_cache_entries_expire_although_the_clock_is_set_back(server: Server, clock: Clock) -> None:
    sandbox = init(server.database_url)
    database = ("--database", server.database_url)
    api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    clock.set(HOUR)
    token = {"authorization": bearer(sandbox.app_auth, exp=int(time.time()) + 2 * HOUR)}
    endless = {"authorization": bearer(sandbox.app_auth, exp=None)}

    def status(headers: dict[str, str] | None = None) -> int:
        return api("GET", "", auth=None if headers else api.auth, headers=headers).status_code

    assert [status(), status(token), status(endless)] == [200] * 3
    # The entries were cached while the clock was ahead. It is correct again before other processes change the data.
    clock.set(0)
    assert command("apps", "limit", sandbox.app_id, "--requests-per-second", "1", *database).returncode == 0
    until(lambda: 429 in [status() for _ in range(5)])
    assert command("keys", "revoke", sandbox.app_auth[0], *database).returncode == 0
    for headers in (None, token, endless):
        until(lambda headers=headers: status(headers) == 401)  # type: ignore[misc]
    api.http.close()


def test_tokens_expire_by_the_wall_clock(server: Server, clock: Clock) -> None:
    sandbox = init(server.database_url)
    expired = {"authorization": bearer(sandbox.app_auth, exp=int(time.time()) + 60)}
    with httpx.Client() as http:

        def status() -> int:
            return http.get(f"{server.url}/v2/apps/{sandbox.app_id}", headers=expired).status_code

        for seconds, expected in ((0, 200), (HOUR, 401), (-HOUR, 200)):
            clock.set(seconds)
            until(lambda expected=expected: status() == expected)  # type: ignore[misc]
