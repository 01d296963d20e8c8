"""Snapshots: saving, restoring, exporting and importing them, and invalid names and files."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from heliograph.storage import copying, unlocking
from heliograph.storage.migrations import schema
from tests.commands import command
from tests.databases import rows
from tests.harness import Caller, Server, error_of, init, new_app, serving, titles_of
from tests.releases import earlier_release
from tests.sandbox.inboxes import below, hook, script, settled, variables
from tests.sandbox.snapshots import SNAPSHOTS, add, callers, export, listed, restore, save
from tests.storage.conftest import touch

Callers = tuple[Caller, Caller]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A sandbox on a file, for this module only."""
    path = tmp_path_factory.mktemp("snapshots") / "kept.db"
    with serving(path, "--webhook-allowed-networks", "loopback") as server:
        yield server


@pytest.fixture
def pair(own_server: Server) -> Iterator[Callers]:
    """Callers with the account key, and with the key of a fresh app. The database is restored afterwards."""
    account, _ = callers(own_server, init(own_server.database_url))
    save(account, "empty")
    yield account, new_app(account)
    restore(account, "empty")
    for name in listed(account):
        account.ok("DELETE", f"{SNAPSHOTS}/{name}")
    account.http.close()


@pytest.mark.one_engine
def test_a_restore_returns_to_the_saved_state(pair: Callers) -> None:
    account, api = pair
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group = api.new_group(ada)
    api.say(group, userId=ada)
    saved = save(account)
    before = api.participants(group)
    api.join(group, bob)
    api.say(group, "After", userId=ada)
    assert len(api.participants(group)) == 2  # this page is in the cache now
    api.new_user("eve")
    restore(account)
    assert api.participants(group) == before
    assert [one["content"]["text"] for one in api.ok("GET", f"/conversations/{group}/messages")["messages"]] == [
        "Hello"
    ]
    assert error_of(api("GET", "/users/eve"))[:2] == (404, "user_not_found")
    assert [one for one in account.ok("GET", SNAPSHOTS)["snapshots"] if one["name"] == "base"] == [saved]
    api.join(group, bob)
    assert len(api.participants(group)) == 2


@pytest.mark.one_engine
def test_keys_and_apps_are_those_of_the_snapshot(pair: Callers) -> None:
    account, api = pair
    deleted = new_app(account)
    deleted.new_user("ada")
    save(account)
    added = new_app(account)
    assert added("GET", "/integrations").status_code == 200
    assert api.auth is not None
    account.ok("DELETE", f"/v2/apps/{api.app_id}/keys/{api.auth[0]}")
    account.ok("DELETE", f"/v2/apps/{deleted.app_id}")
    assert api("GET", "/integrations").status_code == 401
    restore(account)
    assert added("GET", "/integrations").status_code == 401
    assert api("GET", "/integrations").status_code == 200
    assert deleted.ok("GET", "/users/ada")["user"]["externalId"] == "ada"


@pytest.mark.one_engine
def test_ids_ascend_after_a_restore(pair: Callers) -> None:
    account, api = pair
    save(account)
    undone = api.new_user("eve")
    restore(account)
    assert api.new_user("eve") > undone


@pytest.mark.one_engine
def test_pending_deliveries_of_a_snapshot_continue(pair: Callers) -> None:
    """A delivery that is pending in the snapshot is sent again with the same id; later deliveries are gone."""
    account, api = pair
    script(api, "hang 1s", "200")
    hook(api, triggers=("conversation:message",))
    group = api.new_group(api.new_user("ada"))
    api.say(group, "One")
    save(account)
    api.say(group, "Two")
    restore(account)
    (delivery,) = settled(api, 1)
    assert delivery["status"] == "delivered"
    api.say(group, "Three")
    assert len(settled(api, 2)) == 2


@pytest.mark.one_engine
def test_an_exported_snapshot_is_a_database(pair: Callers, tmp_path: Path) -> None:
    account, api = pair
    webhook = hook(api)
    group = api.new_group(api.new_user("ada"))
    save(account)
    (tmp_path / "copy.db").write_bytes(export(account))
    with serving(tmp_path / "copy.db") as server:
        copy = Caller(server.url, api.auth, api.app_id)
        assert [one["userExternalId"] for one in copy.participants(group)] == ["ada"]
        (shown,) = copy.ok("GET", "/integrations")["integrations"]
        assert shown["webhooks"] == [webhook]
        copy.http.close()
    assert rows(f"sqlite:///{tmp_path}/copy.db", "SELECT * FROM meta WHERE name = 'master_key'") == []


@pytest.mark.one_engine
def test_a_snapshot_of_another_server(pair: Callers, tmp_path: Path) -> None:
    """Its secrets, including those in seeds, are sealed again with the master key of this server."""
    account, api = pair
    bot = {"type": "custom", "name": "bot", "webhook": {"target": "inbox:default", "triggers": ["*"]}}
    api.ok("PUT", below(api, "/seed"), {"user": [{"externalId": "ada"}], "integration": [bot]})
    (before,) = api.ok("GET", "/integrations")["integrations"]
    key = {"idempotency-key": "snapshot"}
    made = api("POST", "/users", {}, headers=key)
    save(account)
    content = export(account)
    with serving(tmp_path / "other.db") as server:
        other, _ = callers(server, init(server.database_url))
        assert add(other, content, "theirs").status_code == 201
        restore(other, "theirs")
        assert other("GET", SNAPSHOTS).status_code == 401
        there = Caller(server.url, api.auth, api.app_id, other.http)
        again = there("POST", "/users", {}, headers=key)
        assert (again.content, again.headers["idempotent-replayed"]) == (made.content, "true")
        for _ in range(2):
            (shown,) = there.ok("GET", "/integrations")["integrations"]
            assert shown["webhooks"][0]["secret"] == before["webhooks"][0]["secret"]
            there.ok("POST", below(there, "/reset"))
        server.restart()
        there.url = server.url
        assert there.ok("GET", "/users/ada")["user"]["externalId"] == "ada"
        other.http.close()


def test_all_tables_with_secrets_are_sealed_again() -> None:
    """Including the table of stored responses."""
    secret = {table.name for table in copying.TABLES if "secret" in table.columns}
    assert secret | {"idempotency_key"} == set(unlocking.SEALED)


@pytest.mark.one_engine
def test_snapshots_of_other_versions(pair: Callers, own_server: Server, tmp_path: Path) -> None:
    account, _ = pair
    save(account)
    newer = tmp_path / "newer.db"
    newer.write_bytes(export(account))
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'schema_version'")
    (title,) = titles_of(add(account, newer.read_bytes(), "newer"))
    assert title.startswith("the snapshot is of a newer Heliograph: it has the schema version 999")
    older = tmp_path / "older.db"
    with pytest.MonkeyPatch.context() as patch:
        earlier_release(patch, 9)
        asyncio.run(touch(f"sqlite:///{older}"))
    with closing(sqlite3.connect(older)) as connection, connection:
        key = older.with_name("older.db.key").read_text().strip()
        connection.execute("INSERT INTO meta (name, value) VALUES ('master_key', ?)", (key,))
    folder = Path(f"{own_server.database_url.removeprefix('sqlite:///')}.snapshots")
    assert add(account, older.read_bytes(), "older").status_code == 201
    # A file of this folder may also be older than the server, after an upgrade.
    (folder / "before.db").write_bytes((folder / "base.db").read_bytes())
    with closing(sqlite3.connect(folder / "before.db")) as connection, connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'schema_version'")
    assert "newer Heliograph" in titles_of(account("POST", f"{SNAPSHOTS}/before/restore"))[0]
    restore(account, "older")
    assert account("GET", SNAPSHOTS).status_code == 401  # it has no keys
    assert rows(own_server.database_url, "SELECT value FROM meta WHERE name = 'schema_version'") == [
        (str(schema.latest()),)
    ]
    own_server.stop()
    with closing(sqlite3.connect(own_server.database_url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with closing(sqlite3.connect(folder / "empty.db")) as source:
            source.backup(connection)
    own_server.output.clear()
    own_server.start()
    account.url = own_server.url


@pytest.mark.one_engine
@pytest.mark.parametrize("name", ["a/b", "a b", "x" * 65, "ä", "..%2Fx"])
def test_unsafe_names(pair: Callers, name: str) -> None:
    account, _ = pair
    assert account("POST", SNAPSHOTS, {"name": name}).status_code == 400
    before = listed(account)
    quoted = name.replace("/", "%2F").replace(" ", "%20").replace("ä", "%C3%A4")
    for method, below_it in (("DELETE", ""), ("POST", "/restore"), ("GET", "/file"), ("PUT", "/file")):
        response = account(method, f"{SNAPSHOTS}/{quoted}{below_it}", content=b"x" if method == "PUT" else None)
        assert titles_of(response) == [
            "The name of a snapshot has up to 64 letters, digits, dots, underscores and hyphens"
        ]
    assert listed(account) == before


@pytest.mark.one_engine
def test_missing_snapshots(pair: Callers) -> None:
    account, _ = pair
    for method, below_it in (("DELETE", ""), ("POST", "/restore"), ("GET", "/file")):
        response = account(method, f"{SNAPSHOTS}/missing{below_it}")
        assert error_of(response) == (404, "not_found", "Snapshot not found")


@pytest.mark.one_engine
def test_files_that_are_not_snapshots(pair: Callers, tmp_path: Path) -> None:
    account, _ = pair
    assert "not a sound SQLite database" in titles_of(add(account, os.urandom(9000)))[0]
    assert titles_of(add(account, b"")) == ["the file is not a snapshot: it is empty"]
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE other (x)")
    assert "is the database of another program" in titles_of(add(account, (tmp_path / "other.db").read_bytes()))[0]
    save(account)
    stranger = tmp_path / "stranger.db"
    stranger.write_bytes(export(account))
    with closing(sqlite3.connect(stranger)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE name = 'master_key'")
        connection.execute("UPDATE meta SET value = ? WHERE name = 'master_key_witness'", ("x" * 80,))
    assert titles_of(add(account, stranger.read_bytes())) == [
        "the master key does not fit this database: it does not decrypt its secrets"
    ]


@pytest.mark.one_engine
def test_a_damaged_snapshot_is_not_restored(pair: Callers, own_server: Server) -> None:
    account, api = pair
    for number in range(100):
        api.new_user(f"user-{number}")
    save(account)
    path = Path(f"{own_server.database_url.removeprefix('sqlite:///')}.snapshots/base.db")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4)
        file.write(os.urandom(path.stat().st_size // 2))
    (title,) = titles_of(account("POST", f"{SNAPSHOTS}/base/restore"))
    assert "damaged" in title or "malformed" in title
    assert api("GET", "/users/user-99").status_code == 200
    api.new_user("another")


@pytest.mark.one_engine
def test_the_number_of_snapshots_is_limited(pair: Callers, own_server: Server) -> None:
    account, _ = pair
    folder = Path(f"{own_server.database_url.removeprefix('sqlite:///')}.snapshots")
    save(account)
    missing = 100 - len(listed(account))
    for number in range(missing):
        os.link(folder / "base.db", folder / f"more-{number}.db")
    assert titles_of(account("POST", SNAPSHOTS, {"name": "another"})) == [
        "there are 100 snapshots already: delete some"
    ]
    save(account)
    for number in range(missing):
        account.ok("DELETE", f"{SNAPSHOTS}/more-{number}")
    assert listed(account) == ["base", *[one for one in listed(account) if one != "base"]]


@pytest.mark.one_engine
def test_the_commands(pair: Callers, tmp_path: Path) -> None:
    account, api = pair
    assert account.auth is not None
    names = ("HELIOGRAPH_ACCOUNT_KEY_ID", "HELIOGRAPH_ACCOUNT_KEY_SECRET")
    env = {**variables(api), **dict(zip(names, account.auth, strict=True))}

    def run(*args: str) -> str:
        done = command("snapshot", *args, env=env)
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    api.new_user("ada")
    assert run("save", "base").startswith("base  20")
    api.new_user("eve")
    run("restore", "base")
    assert api("GET", "/users/eve").status_code == 404
    run("export", "base", str(tmp_path / "base.db"))
    run("delete", "base")
    assert [line.split()[0] for line in run("list").splitlines()] == ["empty"]
    run("import", "again", str(tmp_path / "base.db"))
    assert [one["name"] for one in json.loads(run("list", "--json"))] == ["again", "empty"]
    run("restore", "again")
    assert api("GET", "/users/ada").status_code == 200
    refused = command("snapshot", "restore", "missing", env=env)
    assert (refused.returncode, "Snapshot not found" in refused.stderr) == (2, True)
    refused = command("snapshot", "save", "a/b", env=env)
    assert (refused.returncode, "name" in refused.stderr) == (2, True)
    refused = command("snapshot", "list", env=variables(api))
    assert (refused.returncode, "an account key is needed" in refused.stderr) == (2, True)


def test_postgresql_has_no_snapshots(engine: str, calling: Caller) -> None:
    response = calling("GET", SNAPSHOTS)
    if engine == "sqlite":
        assert response.status_code == 200
    else:
        assert titles_of(response) == ["Snapshots need a SQLite database, which a single process serves"]
