"""On a distributed database each statement is sent to one shard.

These tests divide the buckets of an ordinary PostgreSQL into shards, and inspect the statements that it receives.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from heliograph.background import Failures
from heliograph.maintenance import purge
from heliograph.storage.engine import Reader
from heliograph.storage.opening import open_store
from heliograph.storage.postgres import store as postgres_store
from heliograph.storage.postgres.nodes import Nodes
from heliograph.storage.postgres.placement import BUCKETS, Placement
from heliograph.storage.store import Store
from heliograph.wire.messages import MessagePost
from tests.api.endpoint import Endpoint
from tests.databases import POSTGRESQL, new_database, rows
from tests.delivery.site import new_site
from tests.harness import Caller, Server, init, new_app
from tests.routing import SHARDS, SPREAD, buckets, divided, refused, shard_of, unnamed
from tests.security.calls import Walk
from tests.shape.test_routing import RENDERED, SPREAD_OUT
from tests.storage.conftest import Run
from tests.waiting import until

CALLS = 64
SENDING = ("execute", "fetch", "fetchrow")
TEXT = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}

pytestmark = pytest.mark.one_engine(POSTGRESQL)


def divide(found: Callable[[str, Sequence[Any]], None] = lambda sql, values: None) -> Iterator[tuple[Any, str, Any]]:
    """The attributes to set so that databases are divided into shards, and each statement is passed to `found`."""
    placement = divided()

    async def read_placement(reader: Reader, known: Placement) -> Placement:
        return placement

    def passing(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def passed(connection: asyncpg.Connection[Any], sql: str, *values: Any, **options: Any) -> Any:
            found(sql, values)
            return await send(connection, sql, *values, **options)

        return passed

    async def of_one_server(nodes: Nodes, connection: asyncpg.Connection[Any], sql: str, *names: str) -> list[str]:
        return [str(await connection.fetchval(sql.format("$1"), *names))]

    yield postgres_store, "read_placement", read_placement
    yield Nodes, "_results", of_one_server
    for name in SENDING:
        yield asyncpg.Connection, name, passing(getattr(asyncpg.Connection, name))


def pattern_of(rendered: str) -> re.Pattern[str]:
    """A pattern that matches a rendered statement."""
    escaped = re.escape(re.sub(r"\$\d+", "$", rendered))
    return re.compile(escaped.replace("…", ".*").replace(r"\$", r"\$\d+"), re.DOTALL)


KNOWN = [pattern_of(one.sql) for one in RENDERED if one.function in SPREAD_OUT and "FROM …" not in one.sql]


def complaint(sql: str, values: Sequence[Any]) -> str | None:
    """Why a statement cannot be sent to one shard, or None."""
    if any(pattern.match(sql) for pattern in KNOWN):
        return refused(sql)
    if missing := unnamed(sql):
        return f"the bucket of {', '.join(missing)} is missing"
    shards = {shard_of(bucket) for bucket in buckets(sql, values)}
    return f"needs the shards {shards}" if len(shards) > 1 else None


def divide_and_complain(complaints: Path, patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Divide the databases of this process into shards, and write the complaints about its statements to a file."""
    known: set[str] = set()

    def look(sql: str, values: Sequence[Any]) -> None:
        if sql not in known and (wrong := complaint(sql, values)):
            known.add(sql)
            with complaints.open("a") as file:
                file.write(f"{wrong}: {sql}\n")

    for target, name, value in divide(look):
        patch(target, name, value)


def test_every_operation_uses_one_shard_for_each_statement(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, complaints = new_database(engine, tmp_path), tmp_path / "complaints"
    complaints.touch()
    sandbox = init(url)  # migrated before the data is distributed
    options = ("--stand-ins", "yes", "--webhook-allowed-networks", "loopback")
    server = Server(url, *options, prepare=partial(divide_and_complain, complaints))
    account = Caller(server.url, sandbox.account_auth)
    try:
        statuses = {answer.status_code for _, answer in Walk(account).run()}
        assert max(statuses) < 500
        api = new_app(account)
        with Endpoint() as endpoint:
            use(api, endpoint)
        assert re.search(r"^heliograph_deliveries_pending \d", httpx.get(f"{server.url}/metrics").text, re.MULTILINE)
        account.ok("DELETE", f"/v2/apps/{api.app_id}")
    finally:
        account.http.close()
        assert server.stop() == 0
    with monkeypatch.context() as patch:
        divide_and_complain(complaints, patch.setattr)
        asyncio.run(purge_apps(url))
    assert rows(url, "SELECT count(*) FROM event") == [(0,)]
    assert complaints.read_text() == ""
    assert [line for line in server.log if re.match(r"\S+ error ", line)] == []


async def purge_apps(url: str) -> None:
    """Delete what remains of deleted apps."""
    store = await open_store(url)
    await purge.purge(store, Failures(), shared_delay=0)
    await store.close()


def use(api: Caller, endpoint: Endpoint) -> None:
    """Join many users to many conversations, deliver the events, and page through them."""
    hook = {"target": endpoint.url, "triggers": ["*"]}
    api.ok("POST", f"/v2/apps/{api.app_id}/integrations", {"type": "custom", "webhooks": [hook]})
    users = [api.new_user(f"user {number}") for number in range(5)]
    groups = [api.new_group() for _ in range(2)]
    for group in groups:
        for user in users:
            api.join(group, user)
    deliveries = f"/heliograph/v1/apps/{api.app_id}/deliveries"
    pending = f"{deliveries}?filter[status]=pending&page[size]=1"
    until(lambda: not api.ok("GET", pending)["deliveries"])
    page = api.ok("GET", f"{deliveries}?page[size]=3")["deliveries"]
    after = api.ok("GET", f"{deliveries}?page[size]=3&page[after]={page[-1]['id']}")
    assert len(after["deliveries"]) == 3
    api.ok("POST", f"{deliveries}/{page[0]['id']}/retry")
    for user in users:
        api.ok("DELETE", f"/v2/apps/{api.app_id}/users/{user}")


@pytest.mark.parametrize("shards", [1, SHARDS])
def test_the_statements_of_a_batch_depend_on_the_shards(run: Run, monkeypatch: pytest.MonkeyPatch, shards: int) -> None:
    """They do not depend on the number of calls."""
    sent: list[str] = []
    for target, name, value in divide(lambda sql, values: sent.append(sql)):
        if shards > 1 or target is not postgres_store:
            monkeypatch.setattr(target, name, value)

    async def go(store: Store) -> dict[str, float]:
        await store.find_shards()
        assert len(store.shards) == shards
        site = await new_site(store)
        users, groups = [await site.user() for _ in range(CALLS)], [await site.group() for _ in range(CALLS)]

        async def post(group: str, user: str) -> None:
            await site.post(group, msgspec.convert(TEXT, MessagePost))

        counts = {}
        for name, call in (("join", site.join), ("post", post), ("leave", site.leave)):
            sent.clear()
            await asyncio.gather(*map(call, groups, users))
            assert sent.count("BEGIN") == 1
            counts[name] = sum("pg_attribute" not in sql for sql in sent[1:-1]) / shards
        return counts

    # Statements per shard: the conversations, the users, the memberships; two or three tables of changes, the counts
    # and the events. Webhooks are in all shards. Rows are inserted in up to three pieces.
    counts = run(go)
    assert counts.keys() == {"join", "post", "leave"}
    assert max(counts.values()) <= 14, counts


def test_keys_and_defaults_can_be_distributed(run: Run, url: str) -> None:
    """A unique key holds in the whole database only if it contains the bucket, and each machine evaluates defaults."""

    async def go(store: Store) -> None: ...

    run(go)
    unique = rows(
        url,
        """SELECT relname, array_agg(attname::text) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
        WHERE indisunique AND relnamespace = current_schema()::regnamespace GROUP BY relname, indexrelid""",
    )
    assert len(unique) > len(SPREAD) - 1
    assert [(table, columns) for table, columns in unique if table in SPREAD and "bucket" not in columns] == []
    volatile = rows(
        url,
        """SELECT relname, attname FROM pg_attrdef JOIN pg_class ON pg_class.oid = adrelid
        JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
        WHERE relnamespace = current_schema()::regnamespace AND pg_get_expr(adbin, adrelid) LIKE '%(%'""",
    )
    assert volatile == []


def test_a_refused_statement_runs_again_after_the_shards_have_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    async def work(reader: Reader) -> int:
        seen.append(len(reader.parts(((0, BUCKETS - 1),))))
        if seen[-1] == 1:
            raise asyncpg.FeatureNotSupportedError
        return seen[-1]

    async def go(store: Store) -> None:
        with pytest.raises(asyncpg.FeatureNotSupportedError):
            await store.read(work)
        for target, name, value in divide():
            monkeypatch.setattr(target, name, value)
        assert await store.read(work) == await store.snapshot(work) == await store.write(work) == SHARDS

    run(go)
    assert seen == [1, 1, *[SHARDS] * 3]


@pytest.mark.parametrize("error", [asyncpg.InternalServerError, asyncpg.ConnectionFailureError])
@pytest.mark.parametrize("committed", [False, True])
def test_a_commit_that_fails_on_a_machine_is_not_lost_or_repeated(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: type[Exception], committed: bool
) -> None:
    """A distributed commit fails with a connection error, or with an internal error."""
    failures = [error("connection to the remote node failed")]
    send: Callable[..., Awaitable[Any]] = asyncpg.Connection.execute

    async def execute(connection: asyncpg.Connection[Any], sql: str, *values: Any, **options: Any) -> Any:
        if sql != "COMMIT" or not failures:
            return await send(connection, sql, *values, **options)
        await send(connection, "COMMIT" if committed else "ROLLBACK")
        raise failures.pop()

    async def go(store: Store) -> int:
        site = await new_site(store)
        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Connection, "execute", execute)
            user = await site.user("ada")
        assert (await site.rows("SELECT id FROM app_user")) == [(user,)]
        return len(failures)

    assert run(go) == 0
