"""Access to PostgreSQL: roles, passwords, and unreachable servers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from heliograph import ids
from heliograph.background import Failures
from heliograph.errors import UsageError
from heliograph.maintenance.retention import prune
from heliograph.storage.rows.retention import RetentionMark
from tests import databases
from tests.databases import everything, with_parameters
from tests.harness import Caller, command, init, serving
from tests.postgresql import PostgreSQL
from tests.storage.conftest import opened, touch
from tests.waiting import until

PASSWORD = "correct-horse"
DAY = 24 * 3_600_000
TABLES = "ALL TABLES IN SCHEMA served"
# Waits until the sessions have ended, because they serve as before until then.
KICK = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename = 'refused' OR usename = 'other'"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server with a role `guarded` with a password, and a role `serving` without DDL privileges."""
    postgresql = PostgreSQL()
    rules = postgresql.data / "pg_hba.conf"
    # PostgreSQL may be reading its configuration, so the file is replaced as a whole.
    changed = rules.with_suffix(".new")
    changed.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
    changed.replace(rules)
    databases.execute(
        postgresql.url,
        "SELECT pg_reload_conf()",
        "CREATE SCHEMA served",
        "CREATE SCHEMA empty",
        "CREATE ROLE serving LOGIN",
        "GRANT USAGE ON SCHEMA served, empty TO serving",
        f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'",
        "CREATE SCHEMA guarded AUTHORIZATION guarded",
    )
    yield postgresql
    postgresql.stop()


def as_role(postgresql: PostgreSQL, role: str, schema: str, *, password: str = "") -> str:
    """The URL of a schema for a role."""
    url = postgresql.url.replace("postgres:@", f"{role}:{password}@")
    return with_parameters(url, search_path=schema)


def test_a_role_without_ddl_privileges_serves_an_existing_schema(postgresql: PostgreSQL) -> None:
    sandbox = init(with_parameters(postgresql.url, search_path="served"))
    databases.execute(postgresql.url, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO serving")
    url = as_role(postgresql, "serving", "served")
    assert init(url) == sandbox
    with serving(url) as server:
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        ada, group = api.new_user(), api.new_group()
        assert api.participants(group) == [] == api.participants(group)
        joined = api.join(group, ada, subscribe=True)
        assert api.participants(group) == [joined]
        api.leave(group, userId=ada)
        api.http.close()


def test_only_a_member_of_the_owner_adds_partitions(postgresql: PostgreSQL, caplog: pytest.LogCaptureFixture) -> None:
    """Partitions belong to the owner of the tables, who may be another role. Other roles delete old rows."""
    init(with_parameters(postgresql.url, search_path="served"))
    databases.execute(postgresql.url, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO serving")
    url = as_role(postgresql, "serving", "served")
    owners = (
        "SELECT relowner::regrole::text FROM pg_inherits JOIN pg_class ON oid = inhrelid "
        "WHERE inhparent = 'event'::regclass"
    )

    async def maintain() -> None:
        async with opened(url) as store:
            await store.partitions.add(DAY)
            assert await prune(store, RetentionMark(0, ids.LAST), DAY, Failures())

    asyncio.run(maintain())
    assert databases.rows(url, owners) == [("postgres",)]
    assert caplog.text.count("does not own the tables") == 1
    databases.execute(postgresql.url, "GRANT postgres TO serving")

    async def add() -> None:
        async with opened(url) as store:
            await store.partitions.add(DAY)

    asyncio.run(add())
    databases.execute(postgresql.url, "REVOKE postgres FROM serving")
    assert set(databases.rows(url, owners)) == {("postgres",)}
    assert len(databases.rows(url, owners)) > 1


def test_a_role_without_ddl_privileges_cannot_use_an_empty_schema(postgresql: PostgreSQL) -> None:
    url = as_role(postgresql, "serving", "empty")
    with pytest.raises(UsageError, match="permission denied"):
        asyncio.run(touch(url))
    assert everything(with_parameters(postgresql.url, search_path="empty")) == {}


def test_the_right_password(postgresql: PostgreSQL) -> None:
    url = as_role(postgresql, "guarded", "guarded", password=PASSWORD)
    with serving(url) as server:
        assert PASSWORD not in "".join([*server.output, *server.log])
    assert init(url) == init(url)


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """The port of a server that never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_silent_server_times_out(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.storage.postgres.store.CONNECT_SECONDS", 0.2)
    with pytest.raises(UsageError, match=rf"cannot be opened: PostgreSQL 127.0.0.1:{silent}/db: ") as refused:
        asyncio.run(touch(f"postgresql://me:hush@127.0.0.1:{silent}/db"))
    assert "hush" not in str(refused.value)


NOWHERE = [
    "postgresql://me:hush@127.0.0.1:1/db",
    "postgresql://me:hush@/db?host=/nowhere",
    "postgresql://me:hush@127.0.0.1:port/db",
    "postgresql://me:hush@[::1/db",
    "postgresql://me:hush@127.0.0.1/db?sslmode=hush",
]


@pytest.mark.parametrize("url", NOWHERE)
@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("init",)], ids=" ".join)
def test_an_unreachable_server(url: str, arguments: tuple[str, ...]) -> None:
    assert_refused(url, *arguments, secret="hush")


@pytest.mark.parametrize("password", ["wrong-horse", "", "%00"])
def test_a_wrong_password(postgresql: PostgreSQL, password: str) -> None:
    line = assert_refused(as_role(postgresql, "guarded", "guarded", password=password), "serve", secret="wrong-horse")
    assert "password" in line


@pytest.mark.parametrize("change", [("postgres:@", "nobody:hush@"), ("@/postgres", "@/nothing")], ids=" to ".join)
def test_no_such_role_or_database(postgresql: PostgreSQL, change: tuple[str, str]) -> None:
    line = assert_refused(postgresql.url.replace(*change), "serve", secret="hush")
    assert "does not exist" in line


def test_no_such_schema(postgresql: PostgreSQL) -> None:
    line = assert_refused(with_parameters(postgresql.url, search_path="nowhere"), "serve", secret="hush")
    assert "schema" in line


def assert_refused(url: str, *arguments: str, secret: str) -> str:
    """Check for a refusal in one line without the password; returns the line."""
    done = command(*arguments, "--database", url)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("heliograph: ")
    assert done.stderr.count("\n") == 1
    assert secret not in done.stderr
    return done.stderr


def statuses(api: Caller, group: str) -> list[int]:
    """The statuses of two writes, a read and the readiness check."""
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
    return [
        api("POST", f"/conversations/{group}/messages", body).status_code,
        api("POST", "/users", {}).status_code,
        api("GET", f"/conversations/{group}/participants").status_code,
        api.http.get(f"{api.url}/health/ready").status_code,
    ]


# The statements that make a database refuse to serve, and those that make it serve again.
REFUSALS = {
    "lock timeout": (
        ["ALTER ROLE refused SET lock_timeout = '100ms'", KICK],
        ["ALTER ROLE refused RESET lock_timeout", KICK],
    ),
    "role without login": (["ALTER ROLE refused NOLOGIN", KICK], ["ALTER ROLE refused LOGIN"]),
    "role renamed": (["ALTER ROLE refused RENAME TO other", KICK], ["ALTER ROLE other RENAME TO refused"]),
    "privileges revoked": (
        ["REVOKE ALL ON ALL TABLES IN SCHEMA refused FROM refused"],
        ["GRANT ALL ON ALL TABLES IN SCHEMA refused TO refused"],
    ),
    "schema renamed": (
        ["ALTER SCHEMA refused RENAME TO hidden", KICK],
        ["ALTER SCHEMA hidden RENAME TO refused", KICK],
    ),
    "read only": (
        ["ALTER ROLE refused SET default_transaction_read_only = on", KICK],
        ["ALTER ROLE refused RESET default_transaction_read_only", KICK],
    ),
}


def test_a_database_that_refuses_to_serve_leads_to_503(postgresql: PostgreSQL) -> None:
    databases.execute(postgresql.url, "CREATE ROLE refused LOGIN", "CREATE SCHEMA refused AUTHORIZATION refused")
    url = as_role(postgresql, "refused", "refused")
    sandbox = init(url)
    with serving(url) as server:
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        group = api.new_group(api.new_user())
        for name, (refuse, serve) in REFUSALS.items():
            databases.execute(postgresql.url, *refuse)
            with locked(postgresql) if name == "lock timeout" else contextlib.nullcontext():
                found = statuses(api, group)
            databases.execute(postgresql.url, *serve)
            assert set(found) <= {200, 201, 503}, name
            assert 503 in found, name
            if name != "lock timeout":  # the readiness check does not read the locked row
                assert found[-1] == 503, name
            until(lambda: statuses(api, group) == [201, 201, 200, 200])
        api.http.close()
        assert server.stop() == 0
        assert any("unavailable" in line for line in server.log)
        assert not any(" failed " in line for line in server.log)


@contextlib.contextmanager
def locked(postgresql: PostgreSQL) -> Iterator[None]:
    """Lock every conversation in another session."""
    with databases.transaction(with_parameters(postgresql.url, search_path="refused")) as query:
        query("SELECT 1 FROM conversation FOR UPDATE")
        query("LOCK TABLE app_user IN EXCLUSIVE MODE")
        yield
