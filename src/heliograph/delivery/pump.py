"""The deliveries of one webhook: several at once, of each lane one after the other.

A webhook has a pump of its own, so one that hangs keeps nobody else waiting; and while it fails it is called by one
delivery at a time.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from msgspec.structs import replace

from heliograph.background import PAUSE_SECONDS, Failures
from heliograph.delivery.leases import Holder
from heliograph.delivery.policy import Policy, is_success
from heliograph.delivery.sender import Result, Sender
from heliograph.storage.rows import deliveries, webhooks
from heliograph.storage.rows.deliveries import DELIVERED, FAILED, PENDING, Due, Observe, Settled
from heliograph.storage.rows.log_rows import StoredAttempt, StoredDelivery
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.envelope import call_body, call_headers

CONCURRENCY = 8
_PAGE = 64
_DROP_STEP = 500
_FIRM_TRIES = 5
"""How often recording an attempt may fail before its lane gives up its place among the calls under way."""
_ROOM_SECONDS = 1.0
_GLANCE_SECONDS = 0.1
"""How long what is new may wait to be seen while calls are under way and none ends."""

Lane = tuple[int, str]
"""A bucket and a lane."""


@dataclass
class Surroundings:
    """What all pumps of a process share.

    `clock` tells the time in milliseconds, `roll` a number from 0 to 1; `observe` is told of attempts.
    """

    store: Store
    sender: Sender
    holder: Holder
    policy: Policy = field(default_factory=Policy)
    clock: Callable[[], int] = times.now
    roll: Callable[[], float] = random.random
    observe: Observe = lambda settled: None  # nobody
    failures: Failures = field(default_factory=Failures)
    stopping: bool = False


class Pump:
    """Delivers to one webhook until nothing is due any more.

    `run` may fail, and be run again: the calls under way go on, and none of them is begun a second time.
    """

    def __init__(self, webhook_id: str, around: Surroundings) -> None:
        self._webhook_id = webhook_id
        self._around = around
        self._nudge = asyncio.Event()
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._unrecorded: Counter[Lane] = Counter()
        self._most = CONCURRENCY
        self._later: asyncio.TimerHandle | None = None

    def nudge(self) -> None:
        """Look whether there is more to be done. While calls are under way it waits a little: each that ends looks."""
        if not self._tasks or self._around.stopping:
            self._nudge.set()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(_GLANCE_SECONDS, self._glance)

    def _glance(self) -> None:
        self._later = None
        self._nudge.set()

    def busy(self, first: int, last: int) -> bool:
        """Whether something of these buckets is under way."""
        return any(first <= bucket <= last for bucket, _ in self._tasks)

    async def run(self) -> None:
        """Deliver what is due; returns when nothing is, and nothing is under way."""
        while True:
            self._nudge.clear()
            ready = [] if self._around.stopping else await self._ready()
            if not ready and not self._tasks and not self._nudge.is_set():
                return
            for webhook, secret, due in ready:
                await self._room()
                self._begin(webhook, secret, due)
            if len(ready) < _PAGE // 2:
                await self._nudge.wait()

    async def _ready(self) -> list[tuple[StoredWebhook, str, Due]]:
        around = self._around
        webhook = await around.store.read(webhooks.find, self._webhook_id)
        if webhook is None:
            while await around.store.write(deliveries.drop, self._webhook_id, _DROP_STEP):
                pass
            return []
        secret = around.store.sealer.open(webhook.id, webhook.secret)
        return [(webhook, secret, one) for one in await self._heads()]

    async def _heads(self) -> list[Due]:
        """Heads that are due. What waits behind one that is not due, or hides others, is parked."""
        around = self._around
        while True:
            # Lanes in which something is under way are left out: nothing else of them is to be begun, and nothing of
            # them may be parked.
            under_way = [lane for _, lane in self._tasks]
            now = around.clock()
            found = await around.store.read(
                deliveries.heads, self._webhook_id, around.holder.ranges(), now, _PAGE, under_way
            )
            if not found.waiting or around.stopping:
                return found.heads
            await around.store.write(deliveries.park, found.waiting, now)

    async def _room(self) -> None:
        """Wait until another call may begin."""
        while len(self._tasks) - self._set_aside() >= self._most:
            await asyncio.wait(self._tasks.values(), timeout=_ROOM_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    def _set_aside(self) -> int:
        """The number of lanes whose attempt cannot be recorded: what is wrong with them must not stop the others."""
        return min(_PAGE, sum(tries > _FIRM_TRIES for tries in self._unrecorded.values()))

    def _begin(self, webhook: StoredWebhook, secret: str, due: Due) -> None:
        lease = self._around.holder.lease_of(due.bucket)
        if lease is None or self._around.stopping:
            return
        key = (due.bucket, due.delivery.lane)
        task = asyncio.create_task(self._deliver(webhook, secret, due, lease))
        self._tasks[key] = task

        def ended(done: asyncio.Task[None]) -> None:
            del self._tasks[key]
            del self._unrecorded[key]
            if done.cancelled() or done.exception() is None:
                self._nudge.set()
                return
            self._around.failures.report("delivery", cast(BaseException, done.exception()))
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._nudge.set)

        task.add_done_callback(ended)

    async def _deliver(self, webhook: StoredWebhook, secret: str, due: Due, lease: str) -> None:
        """Make one attempt, and record what came of it."""
        it, failures = due.delivery, self._around.failures
        started, clock = self._around.clock(), time.monotonic()
        result = await self._call(webhook, secret, due)
        # An endpoint that does not even answer gets one call at a time until it does.
        self._most = CONCURRENCY if result.status is not None else 1
        attempt = StoredAttempt(
            delivery_id=it.id,
            number=it.attempts + 1,
            app_id=it.app_id,
            lane=it.lane,
            started_at=started,
            milliseconds=int((time.monotonic() - clock) * 1000),
            status=result.status,
            error=result.error,
            answer=result.answer,
        )
        owner = self._around.holder.owner
        settled = Settled(due.bucket, self._settled(it, result), attempt, lease, owner, due.parks, result.cause)
        await failures.keep_running("recording", partial(self._record, settled))

    async def _call(self, webhook: StoredWebhook, secret: str, due: Due) -> Result:
        """Call the endpoint. Whatever fails on the way is a failed attempt, which the policy repeats and ends."""
        it = due.delivery
        with self._around.failures.reported("call"):
            body = call_body(it.app_id, webhook.id, it.event_id, it.event_type, due.created_at, due.payload)
            headers = call_headers(secret, it.id, it.attempts + 1)
            return await self._around.sender.post(it.app_id, webhook.target, headers, body)
        return Result(None, "the server failed to make the call")

    def _settled(self, it: StoredDelivery, result: Result) -> StoredDelivery:
        around = self._around
        tries, now = it.tries + 1, around.clock()
        changed = replace(it, tries=tries, attempts=it.attempts + 1)
        if is_success(result.status):
            return replace(changed, status=DELIVERED, settled_at=now)
        delay = None if result.forbidden else around.policy.next_delay(tries, result.status, around.roll())
        if delay is None:
            return replace(changed, status=FAILED, settled_at=now)
        return replace(changed, status=PENDING, due_at=now + int(delay * 1000))

    async def _record(self, settled: Settled) -> None:
        try:
            await self._around.store.submit(deliveries.settle, settled)
        except Exception:
            if self._around.stopping:
                return  # it will be made again, under the same ids
            self._unrecorded[settled.bucket, settled.delivery.lane] += 1
            raise
        with self._around.failures.reported("metrics"):
            self._around.observe(settled)

    async def abandon(self) -> None:
        """Cut off the calls under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
