"""A failing disk: callers get 503, and a request that got 503 never takes effect, not even after kill -9."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.databases import rows
from tests.harness import Caller, Server, error_of, init, serving
from tests.proofs.load import UNAVAILABLE

pytestmark = pytest.mark.one_engine
SOURCE = Path(__file__).with_name("faulty_disk.c")


@pytest.fixture
def disk(tmp_path: Path) -> dict[str, str]:
    """The environment of a server whose disk can be broken."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    library = tmp_path / "faulty_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "FAULTS": str(tmp_path / "faults")}


@contextmanager
def broken(disk: dict[str, str], kind: str) -> Iterator[None]:
    """Let calls of this kind fail within the block."""
    switch = Path(f"{disk['FAULTS']}.{kind}")
    switch.touch()
    yield
    switch.unlink()


@contextmanager
def calling(server: Server) -> Iterator[Caller]:
    """A caller with the key of the sandbox's app."""
    sandbox = init(server.database_url)
    caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    with closing(caller.http):
        yield caller


def invalidate_cache_of_sqlite(database: Path) -> None:
    """Change every page of a table, so that the next read of the table goes to the disk."""
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("UPDATE app_user SET signed_up_at = signed_up_at + 1")


def test_a_failing_disk_is_503_and_refused_writes_never_take_effect(disk: dict[str, str], tmp_path: Path) -> None:
    database = tmp_path / "heliograph.db"
    with serving(database, env=disk) as server, calling(server) as api:
        group = api.new_group(api.new_user("ada"))
        api.say(group, "before")
        for kind in ("write", "sync"):
            with broken(disk, kind):
                for path, body in (
                    ("/users", {"externalId": f"lost by {kind}"}),
                    ("/conversations", {"type": "sdkGroup", "displayName": "lost"}),
                    (f"/conversations/{group}/messages", {"author": {"type": "business"}, "content": text("lost")}),
                ):
                    assert error_of(api("POST", path, body)) == UNAVAILABLE
                assert api.ok("GET", "/users/ada")
            api.new_user(f"done after {kind}")
        with broken(disk, "sync"):
            assert error_of(api("POST", "/users", {"externalId": "lost at the end"})) == UNAVAILABLE
            server.kill()
    with serving(database) as server, calling(server) as api:
        assert [one["content"]["text"] for one in api.ok("GET", f"/conversations/{group}/messages")["messages"]] == [
            "before"
        ]
    names = rows(f"sqlite:///{database}", "SELECT external_id FROM app_user WHERE external_id <> '' ORDER BY 1")
    assert names == [("ada",), ("done after sync",), ("done after write",)]


def text(words: str) -> dict[str, str]:
    """A text content."""
    return {"type": "text", "text": words}


def test_reads_from_a_failing_disk_are_503(disk: dict[str, str], tmp_path: Path) -> None:
    database = tmp_path / "heliograph.db"
    with serving(database, env=disk) as server, calling(server) as api:
        api.new_user("ada")
        invalidate_cache_of_sqlite(database)
        with broken(disk, "read"):
            assert error_of(api("GET", "/users/ada")) == UNAVAILABLE
            assert error_of(api.http.get(f"{server.url}/health/ready")) == UNAVAILABLE
        assert api.ok("GET", "/users/ada")
        assert api.http.get(f"{server.url}/health/ready").status_code == 200


def test_a_listener_follows_the_stream_of_a_server_that_cannot_write(disk: dict[str, str], tmp_path: Path) -> None:
    """deliveries.9"""
    with serving(tmp_path / "heliograph.db", env=disk) as server, calling(server) as api:
        extensions = f"/heliograph/v1/apps/{api.app_id}"
        url = f"{server.url}{extensions}/events?listener=ada"
        with ExitStack() as stack:
            with broken(disk, "write"):
                answer = stack.enter_context(httpx.stream("GET", url, auth=api.auth, timeout=20))
                lines = answer.iter_lines()
                assert next(lines).startswith("id: ")
                assert api.ok("GET", f"{extensions}/listeners") == {"listeners": []}
            api.new_group()
            assert any(line == "event: conversation:create" for line in lines)
            while not api.ok("GET", f"{extensions}/listeners")["listeners"]:
                time.sleep(0.05)
