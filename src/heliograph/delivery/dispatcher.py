"""The dispatcher: finds webhooks with due deliveries and runs a worker for each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import partial

from heliograph.delivery.leases import BEAT_SECONDS, EXPIRY_SECONDS
from heliograph.delivery.worker import DeliveryContext, WebhookWorker
from heliograph.storage.engine import DueBucket
from heliograph.storage.rows import delivery_queue

POLL_SECONDS = 0.25
"""The longest time until deliveries are found that another process has written, or that are due after a pause."""
_REST_FACTOR = 3
"""The pause after a search, as a multiple of the time that the search took."""
_CLOCK_SECONDS = 2.0
_CLOCK_ROUNDS = 30
_STEP_SECONDS = 1.0
"""The wall clock counts as set once it has moved this far against the monotonic clock."""


class Dispatcher:
    """Delivers for as long as it runs."""

    def __init__(self, context: DeliveryContext, poll_seconds: float = POLL_SECONDS) -> None:
        self._context = context
        self._poll_seconds = poll_seconds
        self._workers: dict[str, tuple[WebhookWorker, asyncio.Task[None]]] = {}

    def deliver(self, due: Iterable[DueBucket]) -> None:
        """Attempt the deliveries that became due here, except in buckets that another process delivers."""
        assignment = self._context.assignment
        for webhook_id in {webhook_id for webhook_id, bucket in due if assignment.lease_of(bucket) is not None}:
            self._start(webhook_id)

    async def run(self) -> None:
        """Deliver until cancelled."""
        failures = self._context.failures
        async with asyncio.TaskGroup() as tasks:
            # If heartbeats fail, this process delivers nothing, and others take over its leases.
            tasks.create_task(failures.keep_running("leases", self._send_heartbeats))
            tasks.create_task(failures.keep_running("dispatcher", self._poll))
            tasks.create_task(failures.keep_running("clock", self._watch_clock))

    async def _send_heartbeats(self) -> None:
        while True:
            # Once a heartbeat takes longer than this, the leases have expired.
            async with asyncio.timeout(EXPIRY_SECONDS):
                await self._context.assignment.beat(self._is_busy)
            await asyncio.sleep(BEAT_SECONDS)

    async def _watch_clock(self) -> None:
        """Correct due times in new buckets of this process, whenever the wall clock is set, and every minute.

        The minute covers deliveries that were written by a machine with a wrong clock.
        """
        context, delays = self._context, self._context.policy.longest_delays()
        while True:
            ranges, offset, rounds = context.assignment.ranges(), self._offset(), _CLOCK_ROUNDS
            if ranges:
                await context.store.write(delivery_queue.hasten, ranges, context.clock.latest(), delays)
            while rounds and ranges == context.assignment.ranges() and abs(self._offset() - offset) < _STEP_SECONDS:
                await asyncio.sleep(_CLOCK_SECONDS)
                rounds -= 1

    def _offset(self) -> float:
        return self._context.clock.latest() / 1000 - time.monotonic()

    async def _poll(self) -> None:
        while True:
            started, context = time.monotonic(), self._context
            if ranges := context.assignment.ranges():
                for webhook_id in await context.store.read(delivery_queue.due_webhooks, ranges, context.clock.latest()):
                    self._start(webhook_id)
            # Searches take at most a quarter of the time, however many webhooks there are.
            await asyncio.sleep(max(self._poll_seconds, _REST_FACTOR * (time.monotonic() - started)))

    def _start(self, webhook_id: str) -> None:
        if self._context.stopping:
            return
        running = self._workers.get(webhook_id)
        if running is not None and not running[1].done():
            running[0].nudge()
            return
        worker = WebhookWorker(webhook_id, self._context)
        task = asyncio.create_task(self._context.failures.keep_running("webhook", worker.run))
        self._workers[webhook_id] = worker, task
        task.add_done_callback(partial(self._forget, webhook_id))

    def _forget(self, webhook_id: str, task: asyncio.Task[None]) -> None:
        if self._workers[webhook_id][1] is task:  # a worker may have been started since it ended
            del self._workers[webhook_id]

    def _is_busy(self, first: int, last: int) -> bool:
        return any(worker.is_busy(first, last) for worker, _ in self._workers.values())

    async def stop(self, seconds: float) -> None:
        """Start no more calls, wait up to `seconds` for those in flight, and cancel the rest, which are made again
        later."""
        self._context.stopping = True
        workers = list(self._workers.values())
        for worker, _ in workers:
            worker.nudge()
        if workers:
            _, late = await asyncio.wait([task for _, task in workers], timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, *(worker.cancel() for worker, _ in workers), return_exceptions=True)
