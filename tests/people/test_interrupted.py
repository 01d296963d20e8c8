"""Interrupted erasures, which any process can continue."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heliograph.background import Failures
from heliograph.domain import erasure
from heliograph.domain.tenants import Tenant
from heliograph.errors import UserNotFound
from heliograph.maintenance.erasures import continue_erasures
from heliograph.server.routes import people
from heliograph.storage.opening import open_blobs, open_store
from heliograph.storage.rows import delivery_queue, erasures
from heliograph.wire import times
from heliograph.wire.paging import Page
from tests.databases import new_database, rows
from tests.harness import calling_account, new_app, serving
from tests.people.calling import base


def test_maintenance_finishes_interrupted_erasures(engine: str, tmp_path: Path) -> None:
    """The row that remains does not name the person."""
    url = new_database(engine, tmp_path)
    with serving(url) as server, calling_account(server) as account:
        api = new_app(account)
        ada = api.new_user("ada")
        group = api.new_group(ada)
        api.say(group, "secret", user_id=ada)
        for _ in range(3):
            api.new_personal(ada)

    async def work() -> None:
        store = await open_store(url, serve=True)
        blobs, tenant = open_blobs(store, "database"), Tenant(api.app_id, "key")
        begun = await erasure.erase(store, blobs, tenant, "ada", None, seconds=0, recorded=False)
        again = await erasure.erase(store, blobs, tenant, ada, None, seconds=0, recorded=False)
        assert (begun.id, begun.finished_at) == (again.id, None)
        await continue_erasures(store, blobs, Failures(), times.now() - 60_000)
        assert (await store.read(erasures.running, api.app_id))[0].id == begun.id
        await continue_erasures(store, blobs, Failures(), times.now() + 60_000)
        (finished,) = (await store.read(erasures.page, api.app_id, Page())).records
        assert (finished.id, finished.pseudonym, finished.state) == (begun.id, begun.pseudonym, None)
        with pytest.raises(UserNotFound):
            await erasure.erase(store, blobs, tenant, "ada", None, seconds=0, recorded=False)
        await store.close()

    asyncio.run(work())
    assert ada not in repr(rows(url, "SELECT * FROM erasure"))
    assert "secret" not in repr(rows(url, "SELECT payload FROM event") + rows(url, "SELECT shown FROM message"))


def test_the_removal_does_not_wait_for_a_deleted_delivery(engine: str, tmp_path: Path) -> None:
    """The delivery of `user:remove` was parked behind another delivery of the user, which waited for a retry."""
    url = new_database(engine, tmp_path)
    with serving(url, "--no-delivery", "--webhook-allowed-networks", "loopback") as server:
        with calling_account(server) as account:
            api = new_app(account)
            hook = {"target": "http://127.0.0.1:1/hook", "triggers": ["*"]}
            api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
            ada = api.new_user("ada")
            api.ok("PATCH", f"/users/{ada}", {"metadata": {"number": 1}})

    async def work() -> None:
        store = await open_store(url, serve=True)
        blobs, tenant = open_blobs(store, "database"), Tenant(api.app_id, "key")
        await erasure.erase(store, blobs, tenant, ada, None, seconds=0, recorded=False)
        waiting = [(bucket, id) for bucket, id, type in await asyncio.to_thread(pending, url) if type == "user:remove"]
        await store.write(delivery_queue.park, waiting, times.now())
        await erasure.erase(store, blobs, tenant, ada, None, seconds=60, recorded=False)
        await store.close()

    def pending(url: str) -> list[tuple[int, str, str]]:
        return rows(url, "SELECT bucket, id, event_type FROM delivery WHERE status = 'pending'")

    assert [type for *_, type in pending(url)] == ["user:update"]
    asyncio.run(work())
    assert [type for *_, type in pending(url)] == ["user:remove"]
    assert rows(url, "SELECT due_at - created_at FROM delivery") == [(0,)]


def impatient() -> None:
    """Make calls return without waiting for the erasure."""
    people.ERASURE_SECONDS = 0


def test_a_running_erasure_is_not_stored_under_an_idempotency_key(engine: str, tmp_path: Path) -> None:
    """A repeated request continues the erasure."""
    with serving(new_database(engine, tmp_path), prepare=impatient) as server, calling_account(server) as account:
        api = new_app(account)
        path = f"{base(api)}/users/{api.new_user()}/erase"
        for _ in range(2):
            answer = api("POST", path, headers={"idempotency-key": "erase"})
            assert (answer.status_code, "idempotent-replayed" in answer.headers) == (202, False)
