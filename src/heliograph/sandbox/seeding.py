"""Seeds and resets apps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from heliograph.domain import app_contents
from heliograph.domain.tenants import Tenant
from heliograph.sandbox.planting import Ground, plant
from heliograph.sandbox.seeds import Plan, plan
from heliograph.sandbox.tools import Tools
from heliograph.storage.buckets import Shard
from heliograph.storage.engine import Tx
from heliograph.storage.rows import app_clocks, seeds
from heliograph.storage.rows.seeds import StoredSeed
from heliograph.storage.store import Store
from heliograph.wire.seeds import SeedBody, SeedResponse

T = TypeVar("T")
P = ParamSpec("P")


async def seed(store: Store, tools: Tools, tenant: Tenant, body: SeedBody, ground: Ground) -> SeedResponse:
    """Create the objects of a seed that the app lacks; a reset returns the app to this seed.

    Raises:
        BadRequest: an object is invalid. The title begins with its place in the seed.
    """
    planned = _plan(tools, tenant, body)
    response = await store.write(_seed, tenant, body, planned, ground)
    _set_scripts(tools, tenant, planned)
    return response


def _set_scripts(tools: Tools, tenant: Tenant, planned: Plan) -> None:
    for name, steps in planned.inboxes.items():
        tools.inboxes.script(tenant.app_id, name, steps)


def _plan(tools: Tools, tenant: Tenant, body: SeedBody) -> Plan:
    return plan(body, lambda name: tools.inbox_prefix(tenant.app_id) + name)


async def _seed(tx: Tx, tenant: Tenant, body: SeedBody, planned: Plan, ground: Ground) -> SeedResponse:
    stored = await seeds.get(tx, tenant.app_id) or StoredSeed(body)
    stored.document = body
    created = await plant(tx, tenant, planned, stored, ground, from_defaults=False)
    await seeds.put(tx, tenant.app_id, stored)
    return SeedResponse(
        created=created,
        conversations={one.name: stored.conversations[one.name] for one in planned.conversations},
        integrations={one.name: stored.integrations[one.name].id for one in planned.integrations},
    )


async def reset(store: Store, tools: Tools, tenant: Tenant, ground: Ground) -> None:
    """Return an app to its seed, with the same ids and secrets, in one transaction. Its keys stay.

    Without a seed, everything in it is deleted, and its settings stay. The calls and scripts of its inboxes are deleted
    too, and its clock is reset to the clock of the machine.
    """
    stored = await store.read(seeds.get, tenant.app_id)
    planned = None if stored is None else _plan(tools, tenant, stored.document)
    async with tools.advancer.locks[tenant.app_id]:
        await store.write(_reset, tenant, planned, ground, store.shards)
        tools.reset(tenant.app_id)
    if planned is not None:
        _set_scripts(tools, tenant, planned)


async def _reset(tx: Tx, tenant: Tenant, planned: Plan | None, ground: Ground, shards: Sequence[Shard]) -> None:
    def run(work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        return work(tx, *args, **kwargs)

    # On PostgreSQL, transactions that were in flight may have added rows after earlier statements deleted all of them.
    while await app_contents.remove(run, tenant.app_id, shards):
        pass
    await app_clocks.forget(tx, tenant.app_id)
    stored = await seeds.get(tx, tenant.app_id)
    if planned is not None and stored is not None:
        await plant(tx, tenant, planned, stored, ground, from_defaults=True)
        await seeds.put(tx, tenant.app_id, stored)
