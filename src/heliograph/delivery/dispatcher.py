"""What delivers: it finds the webhooks for which something waits, and starts a pump for each."""

from __future__ import annotations

import asyncio
import contextlib
import time

from heliograph.delivery.leases import BEAT_SECONDS, EXPIRY_SECONDS
from heliograph.delivery.pump import Pump, Surroundings
from heliograph.storage.rows import deliveries

POLL_SECONDS = 0.25
"""How long what another process has written may wait to be seen."""
_REST = 3
"""How many times as long as a look took to rest before the next."""
_CLOCK_SECONDS = 2.0
_CLOCK_ROUNDS = 30
_STEP_SECONDS = 1.0
"""By how much the wall clock has to leave the monotonic one for it to have been set."""


class Dispatcher:
    """Delivers as long as it runs."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._wake = asyncio.Event()
        self._pumps: dict[str, tuple[Pump, asyncio.Task[None]]] = {}

    def wake(self) -> None:
        """Something may have been written."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        failures = self._around.failures
        async with asyncio.TaskGroup() as tasks:
            # Without a beat nothing is delivered here, and others take over.
            tasks.create_task(failures.keep_running("leases", self._beating))
            tasks.create_task(failures.keep_running("dispatcher", self._looking))
            tasks.create_task(failures.keep_running("clock", self._watching_the_clock))

    async def _beating(self) -> None:
        while True:
            # A beat that takes longer is worth nothing: the leases have expired.
            async with asyncio.timeout(EXPIRY_SECONDS):
                await self._around.holder.beat(self._busy)
            await asyncio.sleep(BEAT_SECONDS)

    async def _watching_the_clock(self) -> None:
        """Correct the times of deliveries at the start, when the clock is set, and when another machine's may be."""
        around, delays = self._around, self._around.policy.longest_delays()
        while True:
            await around.store.write(deliveries.hasten, around.clock(), delays)
            offset, rounds = self._offset(), _CLOCK_ROUNDS
            while rounds and abs(self._offset() - offset) < _STEP_SECONDS:
                await asyncio.sleep(_CLOCK_SECONDS)
                rounds -= 1

    def _offset(self) -> float:
        return self._around.clock() / 1000 - time.monotonic()

    async def _looking(self) -> None:
        while True:
            self._wake.clear()
            began = time.monotonic()
            for webhook_id in await self._around.store.read(deliveries.waiting, self._around.clock()):
                self._start(webhook_id)
            # However many webhooks wait, and however often it is woken, most of the time is left for others.
            await asyncio.sleep(_REST * (time.monotonic() - began))
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`, which may lose a cancellation before Python 3.12.
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()

    def _start(self, webhook_id: str) -> None:
        if webhook_id in self._pumps:
            self._pumps[webhook_id][0].nudge()
            return
        pump = Pump(webhook_id, self._around)
        task = asyncio.create_task(self._around.failures.keep_running("pump", pump.run))
        self._pumps[webhook_id] = pump, task
        task.add_done_callback(lambda _: self._pumps.pop(webhook_id))

    def _busy(self, first: int, last: int) -> bool:
        return any(pump.busy(first, last) for pump, _ in self._pumps.values())

    async def stop(self, seconds: float) -> None:
        """Begin nothing new, and wait up to `seconds` for what is under way; what is cut off will be made again."""
        self._around.stopping = True
        pumps = list(self._pumps.values())
        for pump, _ in pumps:
            pump.nudge()
        if pumps:
            _, late = await asyncio.wait([task for _, task in pumps], timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, *(pump.abandon() for pump, _ in pumps), return_exceptions=True)
