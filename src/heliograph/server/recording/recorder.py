"""The recorder: a queue in memory, which a task writes to the database."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from heliograph import ids
from heliograph.background import Failures
from heliograph.server.http.responses import HttpResponse
from heliograph.server.recording.exchange import RecordedExchange
from heliograph.server.recording.rows import Recorded, recorded, row_of
from heliograph.storage.engine import Tx
from heliograph.storage.rows import recorded_requests
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.store import Store

PAUSE_SECONDS, BUSY_PAUSE_SECONDS = 0.25, 0.5
"""The pause between two batches, and the pause while most requests are dropped."""
QUEUE_LIMIT = 2_000
QUEUE_BYTES = 32 * 1024 * 1024
_BATCH = 50
"""Requests in a batch. Writing one takes a third of the time of a join, so this bounds what a busy server spends."""
_BATCH_BYTES = 512 * 1024
DISPLACED_LIMIT = 250
"""Requests that newer ones displace from a full queue between two batches; further ones are not added. This bounds what
a busy server spends on requests that it drops: adding one takes 1 % of the time of a join."""
_STRANGERS = 5
"""Requests without a valid credential that are recorded between two batches: strangers should not displace others."""
_KNOWN_APPS = 10_000
_PARTS_KEPT = 10
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Recorded).decode


class Recorder:
    """Records requests, and keeps the newest of each app.

    `on_drop` is called with the number of requests that were dropped because there were too many, or because the
    database could not be written.
    """

    def __init__(self, store: Store, keep: int, failures: Failures, on_drop: Callable[[int], None]) -> None:
        self._store = store
        self._keep = keep
        self._failures = failures
        self._on_drop = on_drop
        self.dropped = 0
        """Requests that were dropped, as far as `on_drop` was called."""
        self.on_written: Callable[[str | None], None] = lambda app_id: None
        """Called with each app of which requests were written, and with None after requests of any app were dropped."""
        self._lost = 0
        # Packed, because thousands of objects that outlive their request make every later one slower.
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._strangers = 0
        self._known: set[str] = set()
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()
        # The first write about an app deletes its excess requests, even if an earlier process wrote them.
        self._interval = max(1, keep // _PARTS_KEPT)
        self._since_deletion: defaultdict[str, int] = defaultdict(lambda: self._interval)

    def add(
        self, exchange: RecordedExchange, app_id: str, operation: str | None, response: HttpResponse, seconds: float
    ) -> None:
        """Record a request about an app, which may not exist, after its response was sent."""
        if (exchange.caller is None or app_id not in self._known) and not self._is_wanted(exchange, app_id):
            return
        if self._lost >= DISPLACED_LIMIT:
            self._lost += 1
            return
        packed = _pack(recorded(exchange, app_id, operation, response, time.time(), seconds))
        if not self._queue:
            self._filled.set()
        self._queue.append(packed)
        self._bytes += len(packed)
        while len(self._queue) > QUEUE_LIMIT or self._bytes > QUEUE_BYTES:
            self._take()
            self._lost += 1

    def forget(self, app_id: str) -> None:
        """Record no more requests of an app, which was deleted, unless one with a valid credential follows."""
        self._known.discard(app_id)

    async def flush(self) -> None:
        """Write the requests in the queue."""
        # At least once, to wait for a batch that is being written.
        left = len(self._queue)
        while (taken := await self._write_batch()) and left > taken:
            left -= taken

    async def end(self, running: asyncio.Task[None]) -> None:
        """End the task of `run` between two batches, because cancelling a batch would lose it, and write the rest."""
        async with self._writing:
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await self.flush()

    async def run(self) -> None:
        """Write batches, at most four a second, until cancelled.

        A busy server writes at most two a second: its queue is full anyway.
        """
        while True:
            await self._filled.wait()
            busy = self._lost >= DISPLACED_LIMIT
            await self._write_batch()
            await asyncio.sleep(BUSY_PAUSE_SECONDS if busy else PAUSE_SECONDS)

    def _is_wanted(self, exchange: RecordedExchange, app_id: str) -> bool:
        if exchange.caller is not None:
            if len(self._known) >= _KNOWN_APPS:
                self._known.clear()
            self._known.add(app_id)
            return True
        self._strangers += 1
        return self._strangers <= _STRANGERS and app_id in self._known

    def _take(self) -> bytes:
        one = self._queue.popleft()
        self._bytes -= len(one)
        return one

    def _report_lost(self) -> None:
        if self._lost:
            self._on_drop(self._lost)
            self.dropped, self._lost = self.dropped + self._lost, 0
            self.on_written(None)

    async def _write_batch(self) -> int:
        """Write a batch; returns the number of requests that were taken from the queue."""
        async with self._writing:
            self._filled.clear()
            self._strangers = 0
            taken: list[bytes] = []
            size = 0
            while self._queue and len(taken) < _BATCH and size < _BATCH_BYTES:
                taken.append(self._take())
                size += len(taken[-1])
            if self._queue:
                self._filled.set()
            rows = [row for one in taken if (row := self._row_of(one)) is not None]
            if rows:
                await self._write(rows)
            self._report_lost()
            return len(taken)

    def _row_of(self, one: bytes) -> StoredRequest | None:
        """The row of a request; None if it cannot be converted: it is dropped, and the rest of its batch is kept."""
        with self._failures.reported("requests"):
            return row_of(_unpack(one))
        self._lost += 1
        return None

    async def _write(self, rows: Sequence[StoredRequest]) -> None:
        excessive, apps = [], {one.app_id for one in rows}
        for app_id in apps:
            self._since_deletion[app_id] += sum(one.app_id == app_id for one in rows)
            if self._since_deletion[app_id] >= self._interval:
                excessive.append(app_id)
        written = False
        with self._failures.reported("requests"):
            await self._store.write(_add, rows, sorted(excessive), self._keep)
            written = True
        if not written:
            self._lost += len(rows)
            return
        for app_id in excessive:
            self._since_deletion[app_id] = 0
        for app_id in apps:
            self.on_written(app_id)


async def _add(tx: Tx, rows: Sequence[StoredRequest], excessive: Sequence[str], keep: int) -> None:
    await recorded_requests.add(tx, rows)
    for app_id in excessive:
        await recorded_requests.keep_newest(tx, app_id, keep)


@contextlib.asynccontextmanager
async def recording(
    store: Store, keep: int, failures: Failures, on_drop: Callable[[int], None]
) -> AsyncIterator[Recorder | None]:
    """Yield a recorder that keeps this number of requests of each app, and writes the rest of its queue at the end;
    None if the number is 0.

    New ids of events and requests will be greater than those of recorded requests, even if the clock was set back.
    """
    if not store.shared:
        ids.follow(await store.read(recorded_requests.newest))
    if not keep:
        yield None
        return
    recorder = Recorder(store, keep, failures, on_drop)
    task = asyncio.create_task(failures.keep_running("requests", recorder.run))
    try:
        yield recorder
    finally:
        await recorder.end(task)
