"""`heliograph deliver`: several processes share the work, and take over from one that dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from heliograph.storage.rows.retention import NAME, Retention, RetentionMark
from tests.api.endpoint import Endpoint
from tests.databases import POSTGRESQL, SQLITE, new_database, rows, transaction
from tests.harness import Caller, command, init, serving
from tests.waiting import until

PATIENCE_SECONDS = 30


def deliver(url: str) -> subprocess.Popen[str]:
    """Start `heliograph deliver`; returns its process once it is delivering."""
    options = ("--database", url, "--webhook-allowed-networks", "loopback")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "heliograph", "deliver", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("delivering the webhooks of PostgreSQL")
    assert "allowed addresses: public addresses over https, and 127.0.0.0/8, ::1/128 over http too" in line
    return process


def held(url: str) -> dict[str, int]:
    """The number of slots that each owner holds."""
    found = rows(url, "SELECT owner, count(*) FROM lease WHERE name LIKE 'slot/%' AND owner <> '' GROUP BY owner")
    return dict(found)


def test_several_share_the_work_and_take_over(tmp_path: Path) -> None:
    url, endpoint = new_database(POSTGRESQL, tmp_path), Endpoint()
    workers: list[subprocess.Popen[str]] = []
    with serving(url, "--no-delivery", "--webhook-allowed-networks", "loopback") as server:
        try:
            sandbox = init(url)
            api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
            hook = {"target": endpoint.url, "triggers": ["*"]}
            api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
            api.new_group()
            time.sleep(0.5)
            assert endpoint.came == [], "the server itself does not deliver"
            workers = [deliver(url), deliver(url)]
            until(lambda: len(endpoint.came) == 1)
            until(lambda: sorted(held(url).values()) == [8, 8])
            workers[0].kill()
            for _ in range(30):
                api.new_group()
            until(lambda: len(endpoint.came) == 31)
            assert len({body["events"][0]["id"] for _, body in endpoint.came}) == 31
            workers[1].send_signal(signal.SIGTERM)
            assert workers[1].wait(timeout=PATIENCE_SECONDS) == 0
            assert held(url) == {}, "its slots are released"
            api.http.close()
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
            endpoint.close()


def test_sqlite_is_refused_with_the_reason(tmp_path: Path) -> None:
    done = command("deliver", "--database", f"sqlite:///{tmp_path / 'x.db'}")
    assert done.returncode == 2
    assert "heliograph deliver needs PostgreSQL" in done.stderr
    wrong = command("serve", "--database", f"sqlite:///{tmp_path / 'x.db'}", "--webhook-allowed-networks", "nowhere")
    assert wrong.returncode == 2
    assert "--webhook-allowed-networks should be auto, none, or networks" in wrong.stderr


def test_a_server_without_delivery_prunes_old_events(tmp_path: Path) -> None:
    url = new_database(SQLITE, tmp_path)
    options = ("--no-delivery", "--keep-days", "1")
    with serving(url, *options) as server:
        sandbox = init(url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        api.new_group()
        api.http.close()
        until(lambda: bool(rows(url, "SELECT 1 FROM meta WHERE name = $1", NAME)))
    assert rows(url, "SELECT type FROM event") == [("conversation:create",)]
    make_events_old(url)
    with serving(url, *options):
        until(lambda: rows(url, "SELECT 1 FROM event") == [])


def make_events_old(url: str) -> None:
    """Make all events of the database two days older."""
    with transaction(url) as query:
        [[text]] = query("SELECT value FROM meta WHERE name = $1", NAME)
        known = msgspec.json.decode(text, type=Retention)
        known.age += 2 * 24 * 3_600_000
        known.marks = [RetentionMark(age=0, id="e" * 24)]
        query("UPDATE meta SET value = $1 WHERE name = $2", msgspec.json.encode(known).decode(), NAME)
