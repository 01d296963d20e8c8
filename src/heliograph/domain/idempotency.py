"""Idempotency keys: the response of a request is stored in the same commit as what the request did.

A retry with the same key finds the response, and does nothing. If two requests with one key run at the same time, the
key's row lets one of them commit: the other one waits for that commit, runs again, and finds the response.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain.verbs import Refused
from heliograph.errors import ApiError, IdempotencyKeyReuse, ServiceUnavailable
from heliograph.storage.bound import Unfinished
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import idempotency_keys
from heliograph.storage.rows.idempotency_keys import Header, KeyOfApp, StoredIdempotencyKey
from heliograph.storage.sealing import Sealer

UNDER_WAY = 102
"""The status of the parts of a response that is not complete."""

Batch = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]


class Result(Struct, frozen=True):
    """The response to a request. `headers` is None for those of a JSON body alone.

    One that depends on the credential is not `lasting`: it is not stored.
    """

    status: int
    headers: list[Header] | None
    body: bytes
    is_replay: bool = False
    is_lasting: bool = True


class Key(Struct, frozen=True):
    """The key of a request in its app, and the digest of the request."""

    of_app: KeyOfApp
    digest: bytes
    sealer: Sealer

    def holding(self, result: Result, now: int) -> StoredIdempotencyKey:
        """The row that stores a result under this key."""
        app_id, text = self.of_app
        sealed = self.sealer.seal(f"{app_id}/{text}", result.body.decode())
        return StoredIdempotencyKey(app_id, text, self.digest, result.status, result.headers, sealed, now)

    def replay(self, row: StoredIdempotencyKey) -> Result:
        """The result in the row of this key.

        Raises:
            IdempotencyKeyReuse: it is that of another request.
        """
        if row.digest != self.digest:
            raise IdempotencyKeyReuse
        body = self.sealer.open(f"{row.app_id}/{row.key}", row.body).encode()
        return Result(row.status, row.headers, body, is_replay=True)

    def of_part(self, head: StoredIdempotencyKey | None, start: int) -> Key:
        """The key of the part of the response that begins with the item at this index.

        It is about this execution of the request: if the first part, the `head`, was deleted as expired or by an
        erasure, the others are not found any more.
        """
        if head is None or not start:
            return self
        app_id, text = self.of_app
        # The keys of callers have no line breaks.
        return replace(self, of_app=(app_id, f"{text}\n{head.created_at}\n{start}"))


class KeyedItem(Struct, frozen=True):
    """An item of a batch with the key of its request. `respond` makes the result from the outcome of the item."""

    key: Key
    item: Any
    respond: Callable[[Any], Awaitable[Result]]


async def find(reader: Reader, key: Key) -> Result | None:
    """The result that is stored under a key, or None.

    Raises:
        IdempotencyKeyReuse: it is that of another request.
    """
    row = await idempotency_keys.get(reader, *key.of_app)
    return None if row is None else key.replay(row)


async def settle(tx: Tx, key: Key, result: Result) -> Result:
    """Store the result of a request that changed nothing, unless the key has a result; returns that of the key.

    If another request with the key is under way, the result is not stored.

    Raises:
        IdempotencyKeyReuse: the key has the result of another request.
    """
    if (known := await find(tx, key)) is not None:
        return result if known.status == UNDER_WAY else known
    await idempotency_keys.add(tx, [key.holding(result, tx.now)])
    return result


async def run_once(tx: Tx, key: Key, run: Callable[[Tx], Awaitable[Result]]) -> Result | None:
    """The result of `run`, which is stored under the key, or the result that the key has already.

    None if the work must be continued in another transaction.

    Raises:
        IdempotencyKeyReuse: the key has the result of another request.
    """
    if (known := await find(tx, key)) is not None:
        return known
    try:
        result = await run(tx)
    except Unfinished:
        return None
    await idempotency_keys.add(tx, [key.holding(result, tx.now)])
    return result


class Part(Struct, frozen=True):
    """A part of a result, which `run` makes unless it is stored. If `run` is refused, it has changed nothing.

    `starts` are the indexes of the first items of the parts before it, and of this one.
    """

    key: Key
    starts: Sequence[int]
    run: Callable[[Tx], Awaitable[Result]]


async def part_batch(tx: Tx, parts: Sequence[Part]) -> list[Result | Refused]:
    """For each part the result of its request if that is complete, or else the part, whose status is `UNDER_WAY`."""
    return [await _part_or_refusal(tx, one) for one in parts]


async def _part_or_refusal(tx: Tx, part: Part) -> Result | Refused:
    try:
        return await _part(tx, part.key, part.starts, part.run)
    except ApiError as error:
        return Refused(error)


async def _part(tx: Tx, key: Key, starts: Sequence[int], run: Callable[[Tx], Awaitable[Result]]) -> Result:
    *earlier, start = starts
    # The lock lets one of several requests with the key make each part.
    head = await idempotency_keys.get(tx, *key.of_app, lock=Lock.CHANGE)
    known = None if head is None else key.replay(head)
    if known is not None and known.status == UNDER_WAY and start:
        known = await find(tx, key.of_part(head, start))
    if known is not None:
        return known
    result = await run(tx)
    if result.status == UNDER_WAY:
        # If the first part was deleted, no request would find this one.
        if head is not None or not start:
            await idempotency_keys.add(tx, [key.of_part(head, start).holding(result, tx.now)])
    elif head is None:
        await idempotency_keys.add(tx, [key.holding(result, tx.now)])
    else:
        # A row that was deleted and inserted again would be missing for a transaction that waits for it.
        await idempotency_keys.change(tx, [key.holding(result, tx.now)])
        parts = [key.of_part(head, one).of_app[1] for one in earlier[1:]]
        await idempotency_keys.remove(tx, head.app_id, parts)
    return result


@lru_cache
def keyed(batch: Batch) -> Batch:
    """The batch of the same items with keys; the outcomes are results. Each item is decided once for its key."""

    async def run(tx: Tx, items: Sequence[KeyedItem]) -> list[Result | Refused]:
        named = {one.key.of_app: one for one in items}
        rows = {(row.app_id, row.key): row for row in await idempotency_keys.get_many(tx, named)}
        if not rows and len(named) == len(items):
            return await _decided(tx, batch, items)
        # Of several items with one key, the first is decided.
        new = list({key: one for one in reversed(items) if (key := one.key.of_app) not in rows}.values())[::-1]
        results: dict[int, Result | Refused] = {}
        if new:
            results = {id(one): result for one, result in zip(new, await _decided(tx, batch, new), strict=True)}
            again = await idempotency_keys.get_many(tx, [one.key.of_app for one in new])
            rows |= {(row.app_id, row.key): row for row in again}
        return [results.get(id(one)) or _replay(one.key, rows.get(one.key.of_app)) for one in items]

    run.__name__ = batch.__name__  # the metrics count both as one
    return run


async def _decided(tx: Tx, batch: Batch, items: Sequence[KeyedItem]) -> list[Result | Refused]:
    """The results of items with new keys, which are stored."""
    outcomes = await batch(tx, [one.item for one in items])
    results = [await one.respond(outcome) for one, outcome in zip(items, outcomes, strict=True)]
    pairs = zip(items, results, strict=True)
    rows = [one.key.holding(result, tx.now) for one, result in pairs if result.is_lasting]
    if rows:
        await idempotency_keys.add(tx, rows)
    return [*results]


def _replay(key: Key, row: StoredIdempotencyKey | None) -> Result | Refused:
    if row is None:
        # The first item with the key was refused for its credential, so this one has to be sent again.
        return Refused(ServiceUnavailable)
    try:
        return key.replay(row)
    except IdempotencyKeyReuse as error:
        return Refused(error)
