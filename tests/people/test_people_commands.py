"""`heliograph users export|erase` and `heliograph compact`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import command
from tests.databases import new_database
from tests.harness import Caller, calling_account, new_app, serving


def options(api: Caller) -> tuple[str, ...]:
    """The options for the connection to an app."""
    assert api.auth is not None
    key_id, secret = api.auth
    return ("--url", api.url, "--app", api.app_id, f"--key-id={key_id}", f"--key-secret={secret}")


@pytest.mark.one_engine
def test_export(api: Caller, tmp_path: Path) -> None:
    """The export goes to a file, or to standard output."""
    api.new_user("ada")
    file = tmp_path / "ada.ndjson"
    assert command("users", "export", "ada", str(file), *options(api)).returncode == 0
    printed = command("users", "export", "ada", *options(api))
    assert printed.returncode == 0
    for text in (file.read_text(), printed.stdout):
        assert [json.loads(line)["type"] for line in text.splitlines()] == ["header", "profile", "end"]
    for nowhere in (tmp_path / "missing" / "ada.ndjson", file / "ada.ndjson"):
        done = command("users", "export", "ada", str(nowhere), *options(api))
        assert (done.returncode, f"heliograph: {nowhere} cannot be written" in done.stderr) == (2, True)


@pytest.mark.one_engine
def test_an_unknown_user(api: Caller, tmp_path: Path) -> None:
    """The exit status is 2, and no file is written."""
    for verb, *more in (("export", str(tmp_path / "none.ndjson")), ("erase", "--yes"), ("erase",)):
        done = command("users", verb, "nobody", *more, *options(api))
        assert (done.returncode, "User not found" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.one_engine
def test_erase(api: Caller) -> None:
    """The command needs a confirmation, and reports what it removed and changed."""
    ada = api.new_user("ada")
    api.say(api.new_group(ada), user_id=ada)
    refused = command("users", "erase", "ada", *options(api))
    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    done = command("users", "erase", "ada", "--yes", *options(api))
    assert done.returncode == 0, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.startswith("erased as ")
    assert {"  removed 1 users", "  changed 1 messages", "what stays:"} <= set(lines)
    assert command("users", "erase", "ada", "--yes", *options(api)).returncode == 2


@pytest.mark.one_engine
def test_erase_as_json(api: Caller) -> None:
    api.new_user("ada")
    done = command("users", "erase", "ada", "--yes", "--json", *options(api))
    assert json.loads(done.stdout)["removed"] == {"users": 1, "idempotencyKeys": 1}


def test_compact(engine: str, tmp_path: Path) -> None:
    """The database does not grow, and keeps its data."""
    url = new_database(engine, tmp_path)
    with serving(url) as server, calling_account(server) as account:
        api = new_app(account)
        group = api.new_group()
        for _ in range(30):
            api.say(group, "x" * 4000)
        api.ok("DELETE", f"/conversations/{group}/messages")
        kept = api.new_user("kept")
        refused = command("compact", "--database", url)
        assert (refused.returncode == 0) == (engine != "sqlite"), refused.stderr
    done = command("compact", "--database", url, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 0 < found["bytes"] <= found["bytesBefore"]
    with serving(url) as server:
        assert Caller(server.url, api.auth, api.app_id).ok("GET", "/users/kept")["user"]["id"] == kept


@pytest.mark.one_engine
def test_a_database_in_memory_is_not_compacted() -> None:
    done = command("compact", "--database", "sqlite:///:memory:")
    assert (done.returncode, "nothing of it is kept" in done.stderr) == (2, True)
