"""Idempotency keys are deleted after their retention time."""

from __future__ import annotations

import pytest

from heliograph import ids
from heliograph.background import Failures
from heliograph.maintenance import retention
from heliograph.storage.engine import Tx
from heliograph.storage.rows import idempotency_keys
from heliograph.storage.rows.idempotency_keys import StoredIdempotencyKey
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.store import Store
from tests.delivery.site import new_site
from tests.storage.conftest import Run

HOUR = 3_600_000
COUNT = 7


async def add(tx: Tx, app_id: str, made_at: int, name: str) -> None:
    """Store keys with this creation time."""
    made = (StoredIdempotencyKey(app_id, f"{name}{number}", b"", 200, None, b"", made_at) for number in range(COUNT))
    await idempotency_keys.add(tx, list(made))


def test_keys_are_deleted_after_their_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # So that pruning takes several steps.
    monkeypatch.setattr(retention, "ROWS_PER_STEP", 3)

    async def work(store: Store) -> None:
        app_id, now = (await new_site(store)).tenant.app_id, ids.milliseconds(ids.new())
        names = [(app_id, f"{name}{number}") for name in ("old", "new") for number in range(COUNT)]

        async def left(mark: RetentionMark) -> set[str]:
            assert await retention.prune_keys(store, mark, 24 * HOUR, Failures())
            return {one.key for one in await store.read(idempotency_keys.get_many, names)}

        await store.write(add, app_id, now - HOUR, "old")
        await store.write(add, app_id, now + HOUR, "new")
        assert len(await left(RetentionMark(0, ids.earliest(now - 2 * HOUR)))) == 2 * COUNT
        assert await left(RetentionMark(0, ids.earliest(now))) == {f"new{number}" for number in range(COUNT)}
        assert await left(RetentionMark(0, ids.earliest(now + 2 * HOUR))) == set()

    run(work)
