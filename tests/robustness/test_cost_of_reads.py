"""The cost of a request does not grow with the number of rows of a table.

Measured on SQLite, where a read is one step of the event loop. The tests count the steps of its virtual machine and not
the time, so the result is the same on every machine. A statement that looks at every row of an index takes several
steps for each row, although EXPLAIN calls its plan a search.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heliograph.ids import FIRST, milliseconds
from heliograph.storage.opening import open_store
from heliograph.storage.rows import apps, delivery_queue, keys, stream
from heliograph.wire import times
from tests.databases import SQLITE, new_database
from tests.robustness.inside import Inside, inside

ROWS = 10_000
EVERY = 1_000
"""The number of steps between two calls of the counter."""
MOST_STEPS = 30_000
"""The limit of a request on the event loop: a page of 100 takes about 5,000, examining 1,000 rows up to 25,000."""
ID = "printf('%024x', 4096 + n)"
# The SQL expressions that replace values of a row in its copies.
COPIES: dict[str, dict[str, str]] = {
    "app": {"id": ID, "deleted_at": "CASE WHEN n % 2 THEN n ELSE NULL END"},
    "api_key": {"id": ID, "integration_id": ID},
    "integration": {"id": ID},
    "webhook": {"id": ID, "app_id": ID},
    "app_user": {"id": ID},
    "external_id": {"external_id": ID},
    "client": {"id": ID, "type": "'ios'"},
    "conversation": {"id": ID},
    "participant": {"id": ID, "user_id": ID},
    "membership": {"conversation_id": ID},
    # Changes after every requested time, at nodes that no requested time uses.
    "membership_change": {"id": "printf('f%023x', n)", "node": "-n"},
}

pytestmark = pytest.mark.one_engine


class Steps:
    """Counts the steps of every connection that this thread uses, in thousands."""

    def __init__(self) -> None:
        self.thousands = 0
        self._thread = threading.get_ident()

    def count(self) -> int:
        """Called by SQLite."""
        self.thousands += threading.get_ident() == self._thread
        return 0

    @contextlib.contextmanager
    def few(self, what: str) -> Iterator[None]:
        """Check that the block takes at most `MOST_STEPS`."""
        before = self.thousands
        yield
        taken = (self.thousands - before) * EVERY
        assert taken <= MOST_STEPS, f"{what} takes {taken:,} steps on the event loop"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """A counter for all connections that are opened from now on."""
    steps, connect = Steps(), sqlite3.connect

    def counted(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.set_progress_handler(steps.count, EVERY)
        return connection

    monkeypatch.setattr(sqlite3, "connect", counted)
    return steps


async def created(server: Inside, path: str, body: dict[str, Any]) -> Any:
    """Send a POST that must create an object; returns the JSON of the response."""
    answer = await server.send("POST", path, json.dumps(body).encode())
    assert answer.status == 201, answer.body
    return json.loads(answer.body)


async def first_rows(server: Inside) -> dict[str, str]:
    """Create at least one row in each table; returns the ids for reading them."""
    target = {"target": "http://127.0.0.1:9/", "triggers": ["*"]}
    custom = {"type": "custom", "displayName": "I", "webhooks": [target]}
    integration = (await created(server, "/integrations", custom))["integration"]["id"]
    await created(server, f"/integrations/{integration}/keys", {"displayName": "K"})
    user = (await created(server, "/users", {"externalId": "ada"}))["user"]["id"]
    member = {"userId": user, "subscribeSDKClient": True}
    conversation = {"type": "sdkGroup", "participants": [member]}
    group = (await created(server, "/conversations", conversation))["conversation"]["id"]
    said = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
    await created(server, f"/conversations/{group}/messages", said)
    return {"integration": integration, "user": user, "group": group, "time": await visited(server, group)}


async def visited(server: Inside, group: str) -> str:
    """Let a user join a group and leave it; returns the last time at which the user was in it."""
    user = (await created(server, "/users", {"externalId": "ben"}))["user"]["id"]
    given = {"userId": user, "subscribeSDKClient": False}
    joined = (await created(server, f"/conversations/{group}/join", given))["participant"]["id"]
    while times.now() <= milliseconds(joined):
        pass  # less than a millisecond
    answer = await server.send("POST", f"/conversations/{group}/leave", json.dumps({"userId": user}).encode())
    assert answer.status == 200, answer.body
    history = await server.send("GET", f"/heliograph/v1/apps/{server.sandbox.app.id}/conversations/{group}/history")
    return times.to_text(milliseconds(json.loads(history.body)["changes"][-1]["id"]) - 1)


def grow(path: Path, rows: int) -> None:
    """Add a number of copies of one row of each table."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        for table, changed in COPIES.items():
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(one, one) for one in columns)
            newest = "ORDER BY id DESC" if "id" in columns else ""
            database.execute(
                f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) "
                f"INSERT INTO {table} SELECT {values} FROM (SELECT * FROM {table} {newest} LIMIT 1), numbers"
            )
        database.commit()


def reads(app_id: str, ids: dict[str, str]) -> list[str]:
    """The paths of every list, with each filter, from both ends."""
    nowhere = "0" * 23 + "1"
    group, user, own = f"/conversations/{ids['group']}", f"/users/{ids['user']}", f"/heliograph/v1/apps/{app_id}"
    filters = [
        f"filter[{name}]={value}"
        for name, value in (
            ("status", "failed"), ("status", "pending"), ("webhookId", nowhere), ("conversationId", nowhere),
            ("userId", nowhere), ("conversationId", ids["group"]),
        )
    ]  # fmt: skip
    lists = [
        "/integrations?", "/integrations?filter[types]=web&", f"{group}/participants?", f"{group}/messages?",
        f"/conversations?filter[userId]={ids['user']}&", f"{user}/clients?", f"{own}/deliveries?",
        *(f"{own}/deliveries?{one}&" for one in filters),
        f"{own}/deliveries?filter[status]=failed&filter[webhookId]={nowhere}&",
        f"{own}{group}/history?", f"{own}{group}/participants?at={ids['time']}&",
    ]  # fmt: skip
    ends = ("page[size]=100", f"page[before]={'f' * 24}&page[size]=100", f"page[after]={nowhere}&page[size]=100")
    return [f"{one}{end}" for one in lists for end in ends] + [
        f"/integrations/{ids['integration']}/keys", f"/integrations/{ids['integration']}/webhooks",
        f"/integrations/{ids['integration']}", group, user,
    ]  # fmt: skip


def test_no_read_looks_at_every_row(tmp_path: Path, steps: Steps) -> None:
    async def go() -> None:
        url = new_database(SQLITE, tmp_path)
        async with inside(url) as server:
            ids = await first_rows(server)
        grow(tmp_path / "heliograph.db", ROWS)
        async with inside(url) as server:
            for path in reads(server.sandbox.app.id, ids):
                with steps.few(path):
                    answer = await server.send("GET", path)
                assert answer.status == 200, (path, answer.body)

    asyncio.run(go())


def test_no_background_read_looks_at_every_row(tmp_path: Path, steps: Steps) -> None:
    async def go() -> None:
        url = new_database(SQLITE, tmp_path)
        async with inside(url) as server:
            await first_rows(server)
            app_id = server.sandbox.app.id
        grow(tmp_path / "heliograph.db", ROWS)
        store = await open_store(url, serve=True)
        with steps.few("the stream of an app after the events of others"):
            place = await store.snapshot(stream.resume, "nobody", FIRST)
            await store.snapshot(stream.after, "nobody", place, await store.horizon(), 200)
        with steps.few("the keys of an app itself"):
            await store.snapshot(keys.of_app, app_id)
        with steps.few("the apps that wait to be purged"):
            await store.snapshot(apps.deleted, 2, 2**62)
        with steps.few("looking for webhooks that wait"):
            await store.read(delivery_queue.due_webhooks, ((0, 0),), 2**62)
        await store.close()

    asyncio.run(go())
