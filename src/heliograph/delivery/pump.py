"""The deliveries of one webhook: several at once, of each lane one after the other.

A webhook has a pump of its own, so one that hangs keeps nobody else waiting; and while it fails it is called by one
delivery at a time.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from msgspec.structs import replace

from heliograph.delivery import envelope
from heliograph.delivery.leases import Holder
from heliograph.delivery.policy import Policy, is_success
from heliograph.delivery.sender import Result, Sender
from heliograph.errors import ServiceUnavailable
from heliograph.storage import deliveries, webhooks
from heliograph.storage.deliveries import DELIVERED, FAILED, PENDING, Due, Observe, Settled
from heliograph.storage.logged import StoredAttempt, StoredDelivery
from heliograph.storage.store import Store
from heliograph.storage.webhooks import StoredWebhook
from heliograph.wire import times

CONCURRENCY = 8
_PAGE = 64
_DROP_STEP = 500
_PAUSE_SECONDS = 1.0
_GLANCE_SECONDS = 0.1
"""How long what is new may wait to be seen while calls are under way and none ends."""

log = logging.getLogger("heliograph.delivery")


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
    stopping: bool = False


class Pump:
    """Delivers to one webhook until nothing is due any more."""

    def __init__(self, webhook_id: str, around: Surroundings) -> None:
        self._webhook_id = webhook_id
        self._around = around
        self._nudge = asyncio.Event()
        self._tasks: dict[tuple[int, str], asyncio.Task[None]] = {}  # by bucket and lane
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
        webhook = await around.store.look(webhooks.find, self._webhook_id)
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
            found = await around.store.look(
                deliveries.heads, self._webhook_id, around.holder.ranges(), now, _PAGE, under_way
            )
            if not found.waiting or around.stopping:
                return found.heads
            await around.store.write(deliveries.park, found.waiting, now)

    async def _room(self) -> None:
        """Wait until another call may begin."""
        while len(self._tasks) >= self._most:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)

    def _begin(self, webhook: StoredWebhook, secret: str, due: Due) -> None:
        lease = self._around.holder.lease_of(due.bucket)
        if lease is None or self._around.stopping:
            return
        key = (due.bucket, due.delivery.lane)
        task = asyncio.create_task(self._deliver(webhook, secret, due, lease))
        self._tasks[key] = task

        def ended(_: object) -> None:
            del self._tasks[key]
            self._nudge.set()

        task.add_done_callback(ended)

    async def _deliver(self, webhook: StoredWebhook, secret: str, due: Due, lease: str) -> None:
        """Make one attempt, and record what came of it."""
        it = due.delivery
        body = envelope.body(it.app_id, webhook.id, it.event_id, cast(Any, it.event_type), due.created_at, due.payload)
        number = it.attempts + 1
        started, clock = self._around.clock(), time.monotonic()
        result = await self._around.sender.post(
            it.app_id, webhook.target, envelope.headers(secret, it.id, number), body
        )
        # An endpoint that does not even answer gets one call at a time until it does.
        self._most = CONCURRENCY if result.status is not None else 1
        attempt = StoredAttempt(
            delivery_id=it.id,
            number=number,
            app_id=it.app_id,
            lane=it.lane,
            started_at=started,
            milliseconds=int((time.monotonic() - clock) * 1000),
            status=result.status,
            error=result.error,
            answer=result.answer,
        )
        owner = self._around.holder.owner
        await self._record(
            Settled(due.bucket, self._settled(it, result), attempt, lease, owner, due.parks, result.cause)
        )

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
        while True:
            try:
                await self._around.store.submit(deliveries.settle, settled)
                self._around.observe(settled)
                return
            except ServiceUnavailable:
                if self._around.stopping:
                    return  # it will be made again, under the same ids
                await asyncio.sleep(_PAUSE_SECONDS)
