"""`heliograph serve --workers N`: several processes behind one port, on PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from heliograph.server.process.workers import Workers
from heliograph.settings import Settings
from tests.databases import POSTGRESQL, new_database, rows
from tests.harness import Caller, Server, command, init, new_app, serving
from tests.waiting import until

WORKERS = 3
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of several processes."""
    with serving(new_database(POSTGRESQL, tmp_path_factory.mktemp("workers")), "--workers", str(WORKERS)) as server:
        yield server


@pytest.fixture(scope="module")
def owner(workers: Server) -> Iterator[Caller]:
    """A caller with the account key."""
    caller = Caller(workers.url, init(workers.database_url).account_auth)
    with contextlib.closing(caller.http):
        yield caller


def on_every_worker(method: str, url: str, auth: tuple[str, str]) -> set[int]:
    """The statuses of requests on new connections, which are enough to reach every worker."""
    statuses = set()
    for _ in range(10 * WORKERS):
        with httpx.Client(auth=auth, timeout=30, verify=False) as http:
            statuses.add(http.request(method, url).status_code)
    return statuses


def test_all_workers_serve_the_same_database(workers: Server, owner: Caller) -> None:
    app = new_app(owner)
    user = app.new_user("ada")
    assert on_every_worker("GET", f"{workers.url}/v2/apps/{app.app_id}/users/{user}", app.auth or ("", "")) == {200}


def test_each_worker_has_its_own_random_names(workers: Server) -> None:
    found: set[str] = set()

    def numbers() -> set[str]:
        """The last ten digits of all request ids so far, which identify the process."""
        found.add(httpx.get(f"{workers.url}/health/live").headers["x-request-id"][-10:])
        return found

    until(lambda: len(numbers()) == WORKERS)
    for _ in range(10):
        assert len(numbers()) == WORKERS
    # The owners of leases have random names too.
    until(lambda: len(rows(workers.database_url, "SELECT name FROM lease WHERE name LIKE 'worker/%'")) == WORKERS)


def test_a_removal_applies_in_all_workers_within_a_second(workers: Server, owner: Caller) -> None:
    app = new_app(owner)
    assert app.auth
    where = f"{workers.url}/v2/apps/{app.app_id}/users/nobody"
    assert on_every_worker("GET", where, app.auth) == {404}
    owner.ok("DELETE", f"/v2/apps/{app.app_id}/keys/{app.auth[0]}")
    time.sleep(1)
    assert on_every_worker("GET", where, app.auth) == {401}
    other = new_app(owner)
    assert other.auth
    assert owner.auth
    assert on_every_worker("GET", f"{workers.url}/v2/apps/{other.app_id}/users/nobody", other.auth) == {404}
    owner.ok("DELETE", f"/v2/apps/{other.app_id}")
    time.sleep(1)
    where = f"{workers.url}/v2/apps/{other.app_id}"
    assert on_every_worker("GET", f"{where}/users/nobody", other.auth) == {401}
    assert on_every_worker("GET", where, owner.auth) == {404}


def test_a_limit_applies_in_all_workers_within_a_second(workers: Server, owner: Caller) -> None:
    app = new_app(owner)
    assert app.auth
    where = f"{workers.url}/v2/apps/{app.app_id}/users/nobody"
    assert on_every_worker("GET", where, app.auth) == {404}
    limited = command("apps", "limit", app.app_id, "--requests-per-second", "1", "--database", workers.database_url)
    assert limited.returncode == 0, limited.stderr
    time.sleep(1)
    assert on_every_worker("GET", where, app.auth) == {404, 429}


def test_metrics_include_all_workers(workers: Server, owner: Caller) -> None:
    app = new_app(owner)
    before = count(workers)
    for _ in range(20):
        with httpx.Client(auth=app.auth, timeout=30, verify=False) as http:
            assert http.get(f"{workers.url}/v2/apps/{app.app_id}/users/nobody/clients").status_code == 404
    until(lambda: count(workers) >= before + 20)
    assert count(workers) == before + 20


def count(server: Server) -> int:
    """The number of counted requests for the clients of an unknown user."""
    text = httpx.get(f"{server.url}/metrics").text
    found = re.search(r'heliograph_requests_total\{operation="ListClients",status="404"\} (\d+)', text)
    return int(found[1]) if found else 0


def test_a_killed_worker_is_replaced(workers: Server, owner: Caller) -> None:
    before = workers.worker_pids()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in workers.worker_pids() and len(workers.listening()) == WORKERS)
    assert before - {victim} < workers.worker_pids()
    assert on_every_worker("GET", f"{workers.url}/health/ready", ("", "")) == {200}
    until(lambda: any("a worker process ended" in line for line in workers.log))


def test_a_hanging_worker_is_replaced(tmp_path: Path) -> None:
    module = "heliograph.server.process.workers"
    impatient = f"import {module} as workers\nworkers.MAX_MISSED_BEATS = 6\nworkers.STOP_SECONDS = -60\n"
    (tmp_path / "sitecustomize.py").write_text(impatient)
    database = new_database(POSTGRESQL, tmp_path)
    with serving(database, "--workers", "2", env={"PYTHONPATH": str(tmp_path)}) as server:
        until(lambda: len(server.listening()) == 2)
        victim = min(server.worker_pids())
        os.kill(victim, signal.SIGSTOP)
        until(lambda: victim not in server.worker_pids() and len(server.listening()) == 2)
        until(lambda: any("hangs, killing it" in line for line in server.log))
        # A worker that does not stop with the server must not prevent its exit.
        os.kill(min(server.worker_pids()), signal.SIGSTOP)
        assert server.stop() == 0
        assert any("does not stop, killing it" in line or "hangs, killing" in line for line in server.log)


def test_failed_starts_of_workers_are_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = 0

    class Process:
        """A process that fails to start twice, and then ends at once."""

        sentinel, pid, exitcode = 0, 0, 0

        def __init__(self, **_: object) -> None:
            self.sentinel, other = os.pipe()
            os.close(other)

        def start(self) -> None:
            """Fail twice."""
            nonlocal starts
            starts += 1
            if starts <= 2:
                raise BlockingIOError("no more processes")
            supervisor.stop()

        def terminate(self) -> None:
            """Do nothing."""

    def missing(pid: int) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("heliograph.server.process.workers.RESTART_SECONDS", 0.01)
    monkeypatch.setattr("heliograph.server.process.workers.BEAT_SECONDS", 0.01)
    monkeypatch.setattr("prometheus_client.multiprocess.mark_process_dead", missing)
    monkeypatch.setattr("heliograph.server.process.workers.signal.signal", lambda *_: None)
    monkeypatch.setattr("multiprocessing.get_context", lambda method: SimpleNamespace(Process=Process))
    with socket.socket() as held:
        supervisor = Workers(Settings(workers=1), nothing, held)
        supervisor.run()
    assert starts == 3


def nothing(*_: object) -> None:
    """Do nothing."""


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    with serving(new_database(POSTGRESQL, tmp_path), "--workers", "2") as server:
        orphans = server.worker_pids()
        server.kill()
        until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in orphans))


@pytest.mark.parametrize(("started", "number"), [(1, signal.SIGTERM), (3, signal.SIGINT)])
def test_a_signal_while_workers_are_started_stops_all_of_them(workers: Server, started: int, number: int) -> None:
    options = ["--port", "0", "--database", workers.database_url, "--workers", "4"]
    server = subprocess.Popen([sys.executable, "-m", "heliograph", "serve", *options], stdout=subprocess.DEVNULL)
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    try:
        while len(children.read_text().split()) < started:
            assert server.poll() is None
        server.send_signal(number)
        assert server.wait(PATIENCE_SECONDS) == 0
    finally:
        server.kill()
        server.wait()


def test_a_taken_port_and_an_absent_database_are_reported_once(workers: Server) -> None:
    port = workers.url.rpartition(":")[2]
    taken = command("serve", "--workers", "2", "--port", port, "--database", workers.database_url)
    assert (taken.returncode, taken.stdout, taken.stderr.count("\n")) == (2, "", 1)
    assert "Address already in use" in taken.stderr
    absent = command("serve", "--workers", "2", "--port", "0", "--database", "postgresql://u:hush@127.0.0.1:1/x")
    assert (absent.returncode, absent.stdout, absent.stderr.count("\n")) == (2, "", 1)
    assert "cannot be opened" in absent.stderr
    assert "hush" not in absent.stderr


def test_sqlite_serves_from_one_process(tmp_path: Path) -> None:
    refused = command("serve", "--workers", "2", "--port", "0", "--database", f"sqlite:///{tmp_path}/h.db")
    assert refused.returncode == 2
    assert "needs PostgreSQL" in refused.stderr
    assert list(tmp_path.iterdir()) == []
