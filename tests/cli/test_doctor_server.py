"""`heliograph doctor --url`: checks a server as its clients reach it, also through misconfigured proxies."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heliograph.cli.doctor import app
from heliograph.cli.doctor.app import Times, check_app, judge_times
from heliograph.cli.doctor.server import check_server, judge_encryption, judge_links, judge_version
from heliograph.local_sandboxes import Connection
from tests.databases import rows
from tests.harness import Caller, Server, command, serving

pytestmark = pytest.mark.one_engine


def connection_of(api: Caller, url: str = "") -> Connection:
    """The connection of a caller, optionally with another URL."""
    assert api.auth is not None
    return Connection(url or api.url, api.app_id, *api.auth)


def left_behind(server: Server, api: Caller) -> list[Any]:
    """The ids of the users and conversations that are left in the app."""
    return [
        row
        for table in ("app_user", "conversation")
        for row in rows(server.database_url, f"SELECT id FROM {table} WHERE app_id = $1", api.app_id)
    ]


def test_a_server_with_an_app(server: Server, api: Caller) -> None:
    variables = connection_of(api).variables()
    done = command("doctor", "--json", env=variables)
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (0, True), found
    checks = [one["check"] for one in found["checks"]]
    assert checks == ["server", "TLS", "version", "links", "key", "sandbox", "join", "events"]
    assert left_behind(server, api) == []
    assert variables["HELIOGRAPH_KEY_SECRET"] not in done.stdout


def test_a_server_without_a_key(server: Server, tmp_path: Path) -> None:
    done = command("doctor", "--url", server.url, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert done.returncode == 0
    assert "! key         none is known: no app was checked" in done.stdout


def test_a_wrong_key(api: Caller) -> None:
    done = command("doctor", env={**connection_of(api).variables(), "HELIOGRAPH_KEY_SECRET": "wr0ng"})
    assert done.returncode == 1
    assert "✗ key " in done.stdout
    assert "wr0ng" not in done.stdout


def test_no_server() -> None:
    line = [sys.executable, "-m", "heliograph", "doctor", "--url", "http://127.0.0.1:1"]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("x server      http://127.0.0.1:1 is not ready: ")
    assert done.stdout.count("\n") == 2


def test_both_sides_in_one_run(server: Server) -> None:
    done = command("doctor", "--json", "--port", "0", "--url", server.url, "--database", server.database_url)
    assert {"database", "server"} < {one["check"] for one in json.loads(done.stdout)["checks"]}


def levels(found: Any) -> dict[str, str]:
    """The level of each check."""
    return {one.check: one.level for one in found}


def test_problems_of_a_sandbox(api: Caller) -> None:
    body = {"type": "custom", "webhooks": [{"target": f"{api.url}/nothing", "triggers": ["*"]}]}
    api.ok("POST", "/integrations", body)
    api.new_group()
    while not api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries?filter[status]=failed")["deliveries"]:
        pass
    found = list(app.check_sandbox(connection_of(api)))
    assert [one.text for one in found][1:] == ["deliveries that failed: 1"]


def test_a_proxy_that_buffers_the_stream(server: Server, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "EVENT_SECONDS", 0.2)
    with forwarding(api.url, lambda head: b"/events" in head) as url:
        found = list(check_app(connection_of(api, url)))
    assert levels(found)["join"] == "ok"
    assert (found[-1].check, found[-1].level) == ("events", "failure")
    assert "a proxy buffers it" in found[-1].text
    assert left_behind(server, api) == []


def test_a_clock_that_was_left_moved(api: Caller) -> None:
    assert "clock" not in levels(check_app(connection_of(api)))
    api.ok("POST", f"/heliograph/v1/apps/{api.app_id}/sandbox/clock", {"advance": 60})
    assert levels(check_app(connection_of(api)))["clock"] == "warning"


def test_chaos_that_was_left_on(api: Caller) -> None:
    chaos = f"/heliograph/v1/apps/{api.app_id}/sandbox/chaos"
    api.ok("PUT", chaos, {"rules": [{"name": "late", "on": "request", "effect": {"delayMs": 1}}]})
    assert levels(check_app(connection_of(api)))["chaos"] == "warning"
    api.ok("DELETE", chaos)
    assert "chaos" not in levels(check_app(connection_of(api)))


@contextlib.contextmanager
def forwarding(url: str, is_held: Callable[[bytes], bool]) -> Iterator[str]:
    """Run a proxy that withholds the responses to requests whose first line `is_held` selects; yields its URL."""
    port = int(url.rpartition(":")[2])
    sockets: list[socket.socket] = []

    def forward(source: socket.socket, target: socket.socket, held: threading.Event, *, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                if asks and is_held(part.partition(b"\r\n")[0]):
                    held.set()
                if asks or not held.is_set():
                    target.sendall(part)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                sockets.extend((client, server))
                held = threading.Event()
                for ends, asks in (((client, server), True), ((server, client), False)):
                    threading.Thread(target=forward, args=(*ends, held), kwargs={"asks": asks}, daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in (listener, *sockets):
            one.close()


def test_a_server_with_a_wrong_public_url(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--public-url", "http://127.0.0.1:9") as server:
        found = list(check_server(server.url))
    assert levels(found)["links"] == "failure"
    assert f"links in responses begin with http://127.0.0.1:9, and not with {server.url}" in [one.text for one in found]


def test_links_that_lead_elsewhere() -> None:
    given = "https://chat.example.com"
    assert judge_links(given, "https://chat.example.com:443/").level == "ok"
    assert judge_links(given, "http://chat.example.com").level == "failure"
    assert judge_links(given, "http://heliograph:8080").level == "failure"
    assert judge_links("http://10.0.0.1:8080", given).level == "warning"
    assert judge_links(f"{given}/sc", given).level == "failure"


def test_judgements() -> None:
    assert [judge_encryption(url).level for url in ("http://127.0.0.1", "https://a.example", "http://a.example")] == [
        "ok",
        "ok",
        "warning",
    ]
    assert judge_version("99.0.0").level == "warning"
    assert set(levels(judge_times(Times(2.0, 3.0))).values()) == {"warning"}
