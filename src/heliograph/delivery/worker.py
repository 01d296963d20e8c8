"""The worker of one webhook: delivers several lanes concurrently, and each lane in order.

Each webhook has its own worker, so an endpoint that hangs does not delay others. While an endpoint does not respond,
its worker makes one call at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from msgspec.structs import replace

from heliograph.background import PAUSE_SECONDS, Failures
from heliograph.delivery.clock import DeliveryClock, MachineClock
from heliograph.delivery.leases import BucketAssignment
from heliograph.delivery.policy import Policy, is_success
from heliograph.delivery.sender import CallResult, WebhookSender
from heliograph.storage.rows import delivery_queue, webhooks
from heliograph.storage.rows.deliveries import DELIVERED, FAILED, PENDING
from heliograph.storage.rows.delivery_queue import AttemptObserver, AttemptOutcome, DueDelivery
from heliograph.storage.rows.log_rows import StoredAttempt, StoredDelivery
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.store import Store
from heliograph.wire.envelope import call_body, call_headers, with_full_source

CONCURRENCY = 8
_PAGE = 64
_DROP_STEP = 500
_RECORD_TRIES = 5
"""How often recording an attempt may fail before its lane no longer counts against `CONCURRENCY`."""
_SLOT_SECONDS = 1.0
_NUDGE_SECONDS = 0.1
"""The longest time until new deliveries are found while calls are in flight and none of them finishes."""

LaneKey = tuple[int, str]
"""A bucket and a lane."""


@dataclass
class DeliveryContext:
    """The state that all workers of a process share.

    `observe` is called after each attempt is recorded.
    """

    store: Store
    sender: WebhookSender
    assignment: BucketAssignment
    policy: Policy = field(default_factory=Policy)
    clock: DeliveryClock = field(default_factory=MachineClock)
    observe: AttemptObserver = lambda outcome: None
    failures: Failures = field(default_factory=Failures)
    stopping: bool = False


class WebhookWorker:
    """Delivers to one webhook until nothing is due.

    `run` may fail and be run again: calls in flight continue, and none of them is started twice.
    """

    def __init__(self, webhook_id: str, context: DeliveryContext) -> None:
        self._webhook_id = webhook_id
        self._context = context
        self._nudge = asyncio.Event()
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}
        self._unrecorded: Counter[LaneKey] = Counter()
        self._concurrency = CONCURRENCY
        self._nudge_timer: asyncio.TimerHandle | None = None

    def nudge(self) -> None:
        """Search for due deliveries: now, or shortly if calls are in flight, since each that finishes searches too."""
        if not self._tasks or self._context.stopping:
            self._nudge.set()
        elif self._nudge_timer is None:
            self._nudge_timer = asyncio.get_running_loop().call_later(_NUDGE_SECONDS, self._nudge_now)

    def _nudge_now(self) -> None:
        self._nudge_timer = None
        self._nudge.set()

    def is_busy(self, first: int, last: int) -> bool:
        """Whether calls for these buckets are in flight."""
        return any(first <= bucket <= last for bucket, _ in self._tasks)

    async def run(self) -> None:
        """Attempt due deliveries; returns when nothing is due or in flight."""
        while True:
            self._nudge.clear()
            ready = [] if self._context.stopping else await self._ready()
            if not ready and not self._tasks and not self._nudge.is_set():
                return
            for webhook, secret, due in ready:
                await self._wait_for_slot()
                self._begin(webhook, secret, due)
            if len(ready) < _PAGE // 2:
                await self._nudge.wait()

    async def _ready(self) -> list[tuple[StoredWebhook, str, DueDelivery]]:
        context = self._context
        webhook = await context.store.read(webhooks.find, self._webhook_id)
        if webhook is None:
            ranges = context.assignment.ranges()
            while await context.store.write(delivery_queue.drop, self._webhook_id, ranges, _DROP_STEP):
                pass
            return []
        secret = context.store.sealer.open(webhook.id, webhook.secret)
        return [(webhook, secret, due) for due in await self._heads(webhook.app_id)]

    async def _heads(self, app_id: str) -> list[DueDelivery]:
        """Due heads. Parks deliveries that wait behind a head that is not due, or that hide other heads."""
        context = self._context
        while True:
            # Lanes with a call in flight are left out: none of their deliveries may be started or parked.
            in_flight = [lane for _, lane in self._tasks]
            now = context.clock.search_until(app_id)
            found = await context.store.read(
                delivery_queue.heads, self._webhook_id, context.assignment.ranges(), now, _PAGE, in_flight
            )
            if not found.waiting or context.stopping:
                return context.clock.due(app_id, found.heads)
            await context.store.write(delivery_queue.park, found.waiting, now)

    async def _wait_for_slot(self) -> None:
        while len(self._tasks) - self._uncounted() >= self._concurrency:
            await asyncio.wait(self._tasks.values(), timeout=_SLOT_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    def _uncounted(self) -> int:
        """The number of lanes whose attempt cannot be recorded. They do not use up the concurrency of the others."""
        return min(_PAGE, sum(tries > _RECORD_TRIES for tries in self._unrecorded.values()))

    def _begin(self, webhook: StoredWebhook, secret: str, due: DueDelivery) -> None:
        lease = self._context.assignment.lease_of(due.bucket)
        if lease is None or self._context.stopping:
            return
        key = (due.bucket, due.delivery.lane)
        task = asyncio.create_task(self._deliver(webhook, secret, due, lease))
        self._tasks[key] = task

        def finish(done: asyncio.Task[None]) -> None:
            del self._tasks[key]
            del self._unrecorded[key]
            if done.cancelled() or done.exception() is None:
                self._nudge.set()
                return
            self._context.failures.report("delivery", cast(BaseException, done.exception()))
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._nudge.set)

        task.add_done_callback(finish)

    async def _deliver(self, webhook: StoredWebhook, secret: str, due: DueDelivery, lease: str) -> None:
        """Make one attempt, and record its outcome."""
        delivery, failures = due.delivery, self._context.failures
        started_at, started = self._context.clock.of(delivery.app_id), time.monotonic()
        result = await self._call(webhook, secret, due)
        self._concurrency = CONCURRENCY if result.status is not None else 1
        attempt = StoredAttempt(
            delivery_id=delivery.id,
            number=delivery.attempts + 1,
            app_id=delivery.app_id,
            lane=delivery.lane,
            started_at=started_at,
            milliseconds=int((time.monotonic() - started) * 1000),
            status=result.status,
            error=result.error,
            answer=result.body,
        )
        outcome = AttemptOutcome(
            due.bucket,
            self._after(delivery, result),
            attempt,
            lease=lease,
            owner=self._context.assignment.owner,
            parks=due.parks,
            cause=result.cause,
        )
        await failures.keep_running("recording", partial(self._record, outcome))

    async def _call(self, webhook: StoredWebhook, secret: str, due: DueDelivery) -> CallResult:
        """Call the endpoint. An unexpected error counts as a failed attempt, so the policy retries it and gives up."""
        delivery = due.delivery
        with self._context.failures.reported("call"):
            payload = due.payload if due.full_source is None else with_full_source(due.payload, due.full_source)
            body = call_body(
                delivery.app_id, webhook.id, delivery.event_id, delivery.event_type, due.created_at, payload
            )
            headers = call_headers(secret, delivery.id, delivery.attempts + 1)
            return await self._context.sender.post(delivery.app_id, webhook.target, headers, body)
        return CallResult(None, "the server failed to make the call")

    def _after(self, delivery: StoredDelivery, result: CallResult) -> StoredDelivery:
        """The delivery as it is after an attempt with this result."""
        context = self._context
        tries, now = delivery.tries + 1, context.clock.of(delivery.app_id)
        attempted = replace(delivery, tries=tries, attempts=delivery.attempts + 1)
        if is_success(result.status):
            return replace(attempted, status=DELIVERED, settled_at=now)
        delay = (
            None
            if result.permanent
            else context.policy.next_delay(tries, result.status, context.clock.roll(delivery.app_id))
        )
        if delay is None:
            return replace(attempted, status=FAILED, settled_at=now)
        return replace(attempted, status=PENDING, due_at=now + int(delay * 1000))

    async def _record(self, outcome: AttemptOutcome) -> None:
        try:
            await self._context.store.submit(delivery_queue.settle, outcome)
        except Exception:
            if self._context.stopping:
                return  # the attempt will be made again, with the same ids
            self._unrecorded[outcome.bucket, outcome.delivery.lane] += 1
            raise
        with self._context.failures.reported("metrics"):
            self._context.observe(outcome)

    async def cancel(self) -> None:
        """Cancel the calls in flight."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
