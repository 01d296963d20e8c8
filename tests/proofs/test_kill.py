"""SIGKILL and SIGTERM under load: acknowledged changes are kept, and no change is partial.

HELIOGRAPH_TEST_ROUNDS is the number of kills of each kind.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.databases import POSTGRESQL, SQLITE, new_database
from tests.harness import Caller, Sandbox, Server, init
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.identities import assert_unique
from tests.proofs.ledger import Ledger, integrity
from tests.proofs.load import CALLERS, Book, Load, shown
from tests.proofs.site import site as new_site
from tests.proofs.talk import TALKERS, Talk
from tests.waiting import until

KILLS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
CHANGES = 300 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 150
PATIENCE_SECONDS = 60
LIMIT = ("--participant-limit", "100000")
WORKERS = {SQLITE: (), POSTGRESQL: ("--workers", "2")}

pytestmark = pytest.mark.timeout(120 + 20 * KILLS)


def caller_of(server: Server, sandbox: Sandbox) -> Caller:
    """A caller with the app key of the sandbox."""
    return Caller(server.url, sandbox.app_auth, sandbox.app_id)


def new_talk(api: Caller, book: Book) -> Talk:
    """A talk between users who stay in the groups."""
    speakers = [api.new_user() for _ in range(3)]
    book.users.update(speakers)
    book.joined |= {(group, user): api.join(group, user)["id"] for group in book.groups for user in speakers}
    return Talk(book.groups, speakers)


def load_until(api: Caller, server: Server, book: Book, talk: Talk, number: signal.Signals) -> None:
    """Put load on the server, and send it the signal after enough acknowledged changes."""
    load = Load(book, book.acknowledged + CHANGES, lambda: server.send_signal(number))

    async def run(crowd: Crowd) -> None:
        await asyncio.gather(load.run(crowd), talk.run(crowd))

    at_once(api, run, connections=CALLERS + TALKERS)
    api.http.close()


def status_of(server: Server) -> int:
    """The exit status of a server after one signal."""
    server.process.wait(timeout=PATIENCE_SECONDS)
    return server.stop()


def assert_sound(api: Caller, server: Server, book: Book) -> Ledger:
    """Check that all acknowledged changes are shown and stored, and that the data is consistent."""
    there = shown(api, book.groups)
    assert book.joined.items() <= {**there, **book.unanswered_leaves}.items()
    ledger = Ledger(server.database_url, api.app_id)
    assert {(group, user): one for group, one, user in ledger.participants} == there
    assert ledger.faults() == []
    book.assert_kept(ledger)
    assert integrity(server.database_url) == "ok"
    assert_unique(server.database_url)
    return ledger


def test_kill_9_loses_no_acknowledged_change(engine: str, tmp_path: Path) -> None:
    server = Server(new_database(engine, tmp_path), *LIMIT, *WORKERS[engine])
    try:
        sandbox = init(server.database_url)
        api = caller_of(server, sandbox)
        book = Book([api.new_group() for _ in range(5)])
        talk = new_talk(api, book)
        for _ in range(KILLS):
            load_until(api, server, book, talk, signal.SIGKILL)
            assert status_of(server) == -signal.SIGKILL
            server.output.clear()
            server.log.clear()
            server.start()
            api = caller_of(server, sandbox)
            assert httpx.get(f"{server.url}/health/ready").status_code == 200
            talk.assert_kept(api, assert_sound(api, server, book))
            # It starts normally, without a repair or an error.
            assert not [line for line in server.log if "warning" in line.lower() or "error" in line.lower()]
        # Ids keep ascending, so the order of joining is kept across the kills.
        late = api.join(book.groups[0], api.new_user())
        assert api.participants(book.groups[0])[-1] == late
        api.http.close()
    finally:
        status = server.stop()
    assert status == 0


def test_other_processes_continue_after_a_server_and_a_worker_are_killed(tmp_path: Path) -> None:
    with new_site(POSTGRESQL, (1, 2), tmp_path, *LIMIT) as site:
        api = site.new_app()
        book = Book([api.new_group() for _ in range(5)])
        killed, other = site.servers

        def kill() -> None:
            os.kill(min(other.worker_pids()), signal.SIGKILL)
            killed.kill()

        load = Load(book, CHANGES, kill)

        async def run(crowd: Crowd) -> None:
            await load.run(*[Crowd(caller, crowd.http) for caller in site.callers(api)])

        site.at_once(api, run, connections=CALLERS)
        assert load.refused == 0
        assert_sound(site.callers(api)[1], other, book)

        def complaints() -> list[str]:
            return [line for line in other.log if " error " in line]

        until(complaints)
        assert len(complaints()) == 1
        assert "a worker process ended" in complaints()[0]


def test_after_sigterm_every_executed_request_gets_a_response(engine: str, tmp_path: Path) -> None:
    server = Server(new_database(engine, tmp_path), *LIMIT, *WORKERS[engine])
    try:
        sandbox = init(server.database_url)
        api = caller_of(server, sandbox)
        book = Book([api.new_group() for _ in range(5)])
        talk = new_talk(api, book)
        for _ in range(KILLS):
            load_until(api, server, book, talk, signal.SIGTERM)
            assert status_of(server) == 0
            server.output.clear()
            server.start()
            api = caller_of(server, sandbox)
            ledger = assert_sound(api, server, book)
            # Unlike after a kill, every executed request got its response.
            assert {row[0] for row in ledger.users} == book.users
            assert shown(api, book.groups) == book.joined | book.unanswered_leaves
            talk.forget_unanswered()
            talk.assert_kept(api, ledger)
        api.http.close()
    finally:
        status = server.stop()
    assert status == 0


def test_sigterm_waits_for_a_request_that_has_begun(tmp_path: Path) -> None:
    server = Server(tmp_path / "heliograph.db")
    try:
        sandbox = init(server.database_url)
        api = caller_of(server, sandbox)
        url, body = httpx.URL(server.url), b'{"externalId":"ada"}'
        with socket.create_connection((url.host, url.port or 80), timeout=PATIENCE_SECONDS) as connection:
            request = httpx.Request("POST", f"{server.url}/v2/apps/{api.app_id}/users", content=body)
            (authorized,) = httpx.BasicAuth(*sandbox.app_auth).auth_flow(request)
            headers = {**authorized.headers, "content-type": "application/json", "expect": "100-continue"}
            lines = [f"POST {url.raw_path.decode().rstrip('/')}{request.url.path} HTTP/1.1"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            # The server sends this when it begins to read the body, so the request has begun.
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
            server.process.send_signal(signal.SIGTERM)
            wait_until_refused(url)
            # The server keeps running until the request is complete.
            with pytest.raises(subprocess.TimeoutExpired):
                server.process.wait(timeout=1)
            connection.sendall(body)
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 201 ")
        api.http.close()
        assert status_of(server) == 0
        assert [row[1] for row in Ledger(server.database_url, sandbox.app_id).users] == ["ada"]
    finally:
        server.stop()


def test_sigterm_may_be_repeated(tmp_path: Path) -> None:
    server = Server(tmp_path / "heliograph.db")
    while server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
    assert status_of(server) == 0


def wait_until_refused(url: httpx.URL) -> None:
    """Wait until the server refuses connections."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((url.host, url.port or 80), timeout=1).close()
        except OSError:
            return
    raise AssertionError("the server still accepts connections")
