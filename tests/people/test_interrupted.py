"""Erasures that were interrupted: any process goes on where they stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heliograph.background import Failures
from heliograph.domain import erasure
from heliograph.domain.tenants import Tenant
from heliograph.errors import UserNotFound
from heliograph.maintenance.erasures import continue_erasures
from heliograph.storage.opening import open_blobs, open_store
from heliograph.storage.rows import erasures
from heliograph.wire import times
from heliograph.wire.paging import Page
from tests.databases import new_database, rows
from tests.harness import calling_account, new_app, serving


def test_maintenance_finishes_them(engine: str, tmp_path: Path) -> None:
    """After any number of steps; the row that is left does not say whom it was about."""
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
