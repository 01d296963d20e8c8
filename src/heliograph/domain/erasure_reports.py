"""Erasures as responses show them, with the data that they keep, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from heliograph.domain.tenants import Tenant
from heliograph.storage.rows import erasures, seeds
from heliograph.storage.rows.erasures import StoredErasure
from heliograph.storage.snapshots import StoredSnapshot
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.paging import Page, Slice
from heliograph.wire.people import Erasure, KeptData, KeptWhat

_REMOVAL = "The event user:remove has the user's id until it is pruned. It reports the removal to webhooks and streams."
_SHOWN = "Messages of others show the same file."
_TEXTS = "Texts that others have written about the person stay: messages, names of groups, metadata."
_WEBHOOKS = "Webhooks were called with the data before. The event user:remove reports the removal to their receivers."
_BACKUPS = "Backups, copies and dumps are files that this server does not know."
_LOGS = "Logs of proxies contain the paths of requests, which name users. The log of the server does not."
_SEED = "The seed of the sandbox may contain the person. Seed the app again without the person."
_SNAPSHOT = "A snapshot is a state of the whole database. Delete it, or save a new one under its name."
_FREED = "Deleted values may be in free space of the database. `heliograph compact` overwrites it."


async def page(store: Store, tenant: Tenant, page: Page) -> Slice[Erasure]:
    """A page of the erasures of an app, oldest first."""
    found = await store.read(erasures.page, tenant.app_id, page)
    return found.holding([_to_api(one) for one in found.records])


async def report(store: Store, stored: StoredErasure) -> Erasure:
    """An erasure with the data that it keeps."""
    seeded = await store.read(seeds.get, stored.app_id) is not None
    snapshots = await store.snapshots.listed() if store.snapshots else []
    shown = _to_api(stored)
    shown.kept = list(_kept(stored.counts.kept, snapshots, seeded=seeded))
    return shown


def _to_api(stored: StoredErasure) -> Erasure:
    return Erasure(
        id=stored.id,
        status="running" if stored.finished_at is None else "finished",
        pseudonym=stored.pseudonym,
        created_at=times.to_text(stored.created_at),
        removed=stored.counts.removed,
        changed=stored.counts.changed,
        finished_at=times.optional_text(stored.finished_at),
    )


def _kept(counts: dict[str, int], snapshots: Sequence[StoredSnapshot], *, seeded: bool) -> Iterator[KeptData]:
    always: tuple[tuple[KeptWhat, str], ...] = (
        ("events", _REMOVAL), ("texts", _TEXTS), ("webhooks", _WEBHOOKS), ("logs", _LOGS), ("backups", _BACKUPS),
        ("freedSpace", _FREED),
    )  # fmt: skip
    yield from (KeptData(what=what, why=why) for what, why in always)
    if count := counts.get("files"):
        yield KeptData(what="files", why=_SHOWN, count=count)
    if seeded:
        yield KeptData(what="seed", why=_SEED)
    for one in snapshots:
        yield KeptData(what="snapshot", why=_SNAPSHOT, name=one.name, created_at=times.to_text(one.created_at))
