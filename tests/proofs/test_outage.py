"""SIGKILL of PostgreSQL under load: servers report the outage, recover, and lose no acknowledged change.

HELIOGRAPH_TEST_ROUNDS is the number of kills.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from tests.harness import Caller, error_of, init, serving
from tests.http import Http
from tests.postgresql import PostgreSQL
from tests.proofs.crowd import at_once
from tests.proofs.ledger import Ledger
from tests.proofs.load import CALLERS, UNAVAILABLE, Book, Load, shown
from tests.waiting import until

KILLS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
CHANGES = 300 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 150
PATIENCE_SECONDS = 30

pytestmark = pytest.mark.timeout(120 + 20 * KILLS)


@pytest.fixture
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server that the tests kill."""
    postgresql = PostgreSQL()
    yield postgresql
    postgresql.stop()


def outage(postgresql: PostgreSQL, api: Caller, group: str) -> None:
    """Kill PostgreSQL, check the responses of the server, and restart PostgreSQL."""
    postgresql.kill()
    with Http(timeout=PATIENCE_SECONDS) as http:
        assert http.get(f"{api.url}/health/live").status_code == 200
        ready = http.get(f"{api.url}/health/ready")
        assert error_of(ready) == UNAVAILABLE
        mine = Caller(api.url, api.auth, api.app_id, http)
        body = {"userId": group, "subscribeSDKClient": False}
        for answer in (
            mine("GET", f"/conversations/{group}/participants"),
            mine("POST", f"/conversations/{group}/join", body),
            mine("POST", "/users", {}),
            mine("GET", f"/users/{group}"),
        ):
            assert error_of(answer) == UNAVAILABLE
            assert int(answer.headers["retry-after"]) >= 1
        assert http.get(f"{api.url}/health/live").status_code == 200
    postgresql.start()
    until(lambda: httpx.get(f"{api.url}/health/ready", timeout=PATIENCE_SECONDS).status_code == 200)


def test_kill_9_of_postgresql_loses_no_acknowledged_change(postgresql: PostgreSQL) -> None:
    with serving(postgresql.url, "--participant-limit", "100000") as server:
        sandbox = init(postgresql.url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        book = Book([api.new_group() for _ in range(5)])
        for _ in range(KILLS):
            load = Load(book, book.acknowledged + CHANGES, lambda: outage(postgresql, api, book.groups[0]))
            at_once(api, load.run, connections=CALLERS)
            assert load.refused > 0
            ledger = Ledger(postgresql.url, api.app_id)
            assert ledger.faults() == []
            book.assert_kept(ledger)
            assert {(group, user): one for group, one, user in ledger.participants} == shown(api, book.groups)
        late = api.join(book.groups[0], api.new_user())
        assert api.participants(book.groups[0])[-1] == late
        api.http.close()
        assert server.process.poll() is None


def test_a_server_stops_during_an_outage(postgresql: PostgreSQL) -> None:
    with serving(postgresql.url) as server:
        api = Caller(server.url, None)
        postgresql.kill()
        assert error_of(api.http.get(f"{api.url}/health/ready")) == UNAVAILABLE
        api.http.close()
        assert server.stop() == 0
    postgresql.start()
