"""The recorder: a queue in memory, which a task writes to the database."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence

from heliograph import ids
from heliograph.background import Failures
from heliograph.server.http.responses import Response
from heliograph.server.recording.exchange import RecordedExchange
from heliograph.server.recording.rows import Recorded, row_of
from heliograph.storage.engine import Tx
from heliograph.storage.rows import recorded_requests
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.store import Store

PAUSE_SECONDS = 0.25
QUEUE_LIMIT = 2_000
QUEUE_BYTES = 32 * 1024 * 1024
_BATCH = 50
"""Requests in a batch. Writing one takes a third of the time of a join, so this bounds what a busy server spends."""
_BATCH_BYTES = 512 * 1024
_STRANGERS = 5
"""Requests without a valid credential that are recorded between two batches: strangers should not displace others."""
_KNOWN_APPS = 10_000
_PARTS_KEPT = 10


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
        self._queue: deque[Recorded] = deque()
        self._bytes = 0
        self._strangers = 0
        self._known: set[str] = set()
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()
        # The first write of a process deletes what is too much, whatever was written before.
        self._interval = max(1, keep // _PARTS_KEPT)
        self._since_deletion: defaultdict[str, int] = defaultdict(lambda: self._interval)

    def add(self, exchange: RecordedExchange, operation: str | None, response: Response, seconds: float) -> None:
        """Record a request, after its response was sent."""
        if not self._is_wanted(exchange):
            return
        size = exchange.size + len(response.body)
        status = exchange.status
        exchange.release()
        self._queue.append(Recorded(exchange, operation, status, response, time.time(), seconds, size))
        self._bytes += size
        while len(self._queue) > QUEUE_LIMIT or self._bytes > QUEUE_BYTES:
            self._take()
            self._lost += 1
        if not self._filled.is_set():
            self._filled.set()

    def forget(self, app_id: str) -> None:
        """Record no more requests of an app, which was deleted, unless one with a valid credential follows."""
        self._known.discard(app_id)

    async def flush(self) -> None:
        """Write what is in the queue."""
        for _ in range(QUEUE_LIMIT // _BATCH):
            await self._write_batch()

    async def run(self) -> None:
        """Write batches, at most four a second, until cancelled."""
        while True:
            await self._filled.wait()
            await self._write_batch()
            await asyncio.sleep(PAUSE_SECONDS)

    def _is_wanted(self, exchange: RecordedExchange) -> bool:
        if exchange.caller is not None:
            if exchange.app_id not in self._known:
                if len(self._known) >= _KNOWN_APPS:
                    self._known.clear()
                self._known.add(exchange.app_id)
            return True
        self._strangers += 1
        return self._strangers <= _STRANGERS and exchange.app_id in self._known

    def _take(self) -> Recorded:
        one = self._queue.popleft()
        self._bytes -= one.size
        return one

    def _report_lost(self) -> None:
        if self._lost:
            self._on_drop(self._lost)
            self.dropped, self._lost = self.dropped + self._lost, 0
            self.on_written(None)

    async def _write_batch(self) -> None:
        async with self._writing:
            self._filled.clear()
            self._strangers = 0
            taken: list[Recorded] = []
            size = 0
            while self._queue and len(taken) < _BATCH and size < _BATCH_BYTES:
                taken.append(self._take())
                size += taken[-1].size
            if self._queue:
                self._filled.set()
            self._report_lost()
            rows = [row for one in taken if (row := self._row_of(one)) is not None]
            if rows:
                await self._write(rows)

    def _row_of(self, one: Recorded) -> StoredRequest | None:
        """The row of a request. One that fails is dropped, and not the others of its batch."""
        with self._failures.reported("requests"):
            return row_of(one)
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
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await recorder.flush()
