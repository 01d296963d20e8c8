"""Idempotency keys: the response of a request is stored in the same commit as what the request did.

A retry with the same key finds the response, and does nothing. If two requests with one key run at the same time, the
key's row lets one of them commit: the other one waits for that commit, runs again, and finds the response.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain.verbs import Batch, Refused
from heliograph.errors import ApiError, IdempotencyKeyReuse, ServiceUnavailable
from heliograph.storage.bound import Unfinished
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import idempotency_keys
from heliograph.storage.rows.idempotency_keys import Header, KeyOfApp, StoredIdempotencyKey
from heliograph.storage.sealing import Sealer

UNDER_WAY = 102
"""The status of the parts of a response that is not complete."""

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
R = TypeVar("R", contravariant=True)


class Result(Struct, frozen=True):
    """The response to a request. `headers` is None if the response has only the headers of a JSON body.

    A result that depends on the credential is not stored: `is_lasting` is False.
    """

    status: int
    headers: list[Header] | None
    body: bytes
    is_replay: bool = False
    is_lasting: bool = True


class Results(Protocol[R]):
    """Makes the result of a request, inside the transaction that stores it."""

    def begin(self) -> None:
        """Forget what an attempt that was rolled back has added to the result."""

    async def of(self, response: R) -> Result:
        """The result for the response of a write."""

    def of_refusal(self, refusal: ApiError) -> Result:
        """The result for an error."""


class IdempotencyKey(Struct, frozen=True):
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
            IdempotencyKeyReuse: the row has the result of another request.
        """
        if row.digest != self.digest:
            raise IdempotencyKeyReuse
        body = self.sealer.open(f"{row.app_id}/{row.key}", row.body).encode()
        return Result(row.status, row.headers, body, is_replay=True)

    def of_part(self, head: StoredIdempotencyKey | None, start: int) -> IdempotencyKey:
        """The key of the part of the response that begins with the item at this index.

        It contains the time of the first part, the `head`: if the head was deleted because it expired, or by an
        erasure, the other parts are no longer found.
        """
        if head is None or not start:
            return self
        app_id, text = self.of_app
        # The keys of callers have no line breaks.
        return replace(self, of_app=(app_id, f"{text}\n{head.created_at}\n{start}"))


class KeyedItem(Struct, Generic[Item, Outcome], frozen=True):
    """An item of a batch with the key of its request. `respond` creates the result from the outcome of the item."""

    key: IdempotencyKey
    item: Item
    respond: Callable[[Outcome | Refused], Awaitable[Result]]


async def find(reader: Reader, key: IdempotencyKey) -> Result | None:
    """The result that is stored under a key, or None.

    Raises:
        IdempotencyKeyReuse: the row has the result of another request.
    """
    row = await idempotency_keys.get(reader, *key.of_app)
    return None if row is None else key.replay(row)


async def settle(tx: Tx, key: IdempotencyKey, result: Result) -> Result:
    """Store the result of a request that changed nothing, unless the key has a result; returns the result of the key.

    If another request with the key is under way, the result is not stored.

    Raises:
        IdempotencyKeyReuse: the key has the result of another request.
    """
    if (known := await find(tx, key)) is not None:
        return result if known.status == UNDER_WAY else known
    await idempotency_keys.add(tx, [key.holding(result, tx.now)])
    return result


async def run_once(tx: Tx, key: IdempotencyKey, run: Callable[[Tx], Awaitable[Result]]) -> Result | None:
    """Store the result of `run` under the key, unless the key has a result; returns the result of the key.

    Returns None if the work must be continued in another transaction.

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


class ResultPart(Struct, frozen=True):
    """A part of a result. `run` creates it, unless it is stored already. If `run` is refused, it has changed nothing.

    `starts` are the indexes of the first items of the parts before it, and of this part.
    """

    key: IdempotencyKey
    starts: Sequence[int]
    run: Callable[[Tx], Awaitable[Result]]


async def part_batch(tx: Tx, parts: Sequence[ResultPart]) -> list[Result | Refused]:
    """Returns for each part the result of its request if that is complete, or else the part, with the status
    `UNDER_WAY`."""
    return [await _part_or_refusal(tx, one) for one in parts]


async def _part_or_refusal(tx: Tx, part: ResultPart) -> Result | Refused:
    try:
        return await _part(tx, part.key, part.starts, part.run)
    except ApiError as error:
        return Refused(error)


async def _part(tx: Tx, key: IdempotencyKey, starts: Sequence[int], run: Callable[[Tx], Awaitable[Result]]) -> Result:
    *earlier, start = starts
    # The lock ensures that only one of several requests with the key creates each part.
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
        # A transaction that waits for the row would not find it if it were deleted and inserted again.
        await idempotency_keys.change(tx, [key.holding(result, tx.now)])
        parts = [key.of_part(head, one).of_app[1] for one in earlier[1:]]
        await idempotency_keys.remove(tx, head.app_id, parts)
    return result


def keyed(batch: Batch[Item, Outcome]) -> Batch[KeyedItem[Item, Outcome], Result]:
    """Wraps a batch for items with keys. The outcomes are results, and only one item is decided for each key."""
    return _keyed(batch)


@lru_cache  # the items of one batch share transactions
def _keyed(batch: Batch[Any, Any]) -> Batch[KeyedItem[Any, Any], Result]:
    async def run(tx: Tx, items: Sequence[KeyedItem[Any, Any]]) -> list[Result | Refused]:
        named = {one.key.of_app: one for one in items}
        rows = {(row.app_id, row.key): row for row in await idempotency_keys.get_many(tx, named)}
        if not rows and len(named) == len(items):
            return await _decided(tx, batch, items)
        # If several items have the same key, the first one is decided.
        new = list({key: one for one in reversed(items) if (key := one.key.of_app) not in rows}.values())[::-1]
        results: dict[int, Result | Refused] = {}
        if new:
            results = {id(one): result for one, result in zip(new, await _decided(tx, batch, new), strict=True)}
            again = await idempotency_keys.get_many(tx, [one.key.of_app for one in new])
            rows |= {(row.app_id, row.key): row for row in again}
        return [results.get(id(one)) or _replay(one.key, rows.get(one.key.of_app)) for one in items]

    run.__name__ = batch.__name__  # the metrics count both as one
    return run


async def _decided(
    tx: Tx, batch: Batch[Item, Outcome], items: Sequence[KeyedItem[Item, Outcome]]
) -> list[Result | Refused]:
    """Decide items with new keys, and store their results."""
    outcomes = await batch(tx, [one.item for one in items])
    results = [await one.respond(outcome) for one, outcome in zip(items, outcomes, strict=True)]
    pairs = zip(items, results, strict=True)
    rows = [one.key.holding(result, tx.now) for one, result in pairs if result.is_lasting]
    if rows:
        await idempotency_keys.add(tx, rows)
    return [*results]


def _replay(key: IdempotencyKey, row: StoredIdempotencyKey | None) -> Result | Refused:
    if row is None:
        # The first item with the key was refused for its credential, so this one has to be sent again.
        return Refused(ServiceUnavailable)
    try:
        return key.replay(row)
    except IdempotencyKeyReuse as error:
        return Refused(error)
