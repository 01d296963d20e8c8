"""Deletes everything in an app: users, conversations, integrations, events. The app and its own keys stay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from heliograph.storage.buckets import Shard, numbers
from heliograph.storage.engine import Tx
from heliograph.storage.rows import (
    apps,
    attachments,
    deliveries,
    integrations,
    keys,
    oauth_clients,
    outbox,
    switchboards,
)

_STEP = 500
_BUCKETS = 128

T = TypeVar("T")
P = ParamSpec("P")


class RunStep(Protocol):
    """Runs a step, a function of a transaction, with these arguments."""

    def __call__(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]: ...


async def remove(run: RunStep, app_id: str, shards: Sequence[Shard]) -> int:
    """Delete the contents of an app in small steps; returns the number of rows of users and conversations.

    Pass `store.write` to run each step in a transaction of its own. An interrupted removal can be repeated.
    """
    removed = sum([await _remove_shard(run, app_id, shard) for shard in shards])
    for purge in (integrations.purge, switchboards.remove, oauth_clients.purge, keys.remove_of_integrations):
        await run(purge, app_id)
    return removed


async def _remove_shard(run: RunStep, app_id: str, shard: Shard) -> int:
    removed = 0
    for buckets in _groups(shard):
        for step in (apps.purge_rows, attachments.discard_of_app):
            while count := await run(step, app_id, buckets, _STEP):
                removed += count
    # Event ids ascend with time, and an app's events are younger than the app.
    after: str | None = app_id
    while after is not None:
        after = await run(outbox.purge, app_id, shard.ranges, after, _STEP)
    while await run(deliveries.purge, app_id, shard.ranges, _STEP):
        pass
    return removed


def _groups(shard: Shard) -> Iterator[list[int]]:
    # A statement for each bucket would make thousands for an app that has few rows.
    buckets = list(numbers(shard.ranges))
    for first in range(0, len(buckets), _BUCKETS):
        yield buckets[first : first + _BUCKETS]
