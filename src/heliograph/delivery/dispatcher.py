"""What delivers: it finds the webhooks for which something waits, and starts a pump for each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from heliograph.delivery.leases import BEAT_SECONDS
from heliograph.delivery.pump import Pump, Surroundings
from heliograph.storage import deliveries

POLL_SECONDS = 0.25
"""How long what another process has written may wait to be seen."""
_PAUSE_SECONDS = 1.0
_REST = 3
"""So many times as long as a look took, none follows."""

log = logging.getLogger("heliograph.delivery")


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
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beating())
            tasks.create_task(self._looking())

    async def _beating(self) -> None:
        while True:
            try:
                await self._around.holder.beat(self._busy)
            except Exception as error:  # without a beat nothing is delivered, and others take over
                log.error("delivery is held up", exc_info=error)
            await asyncio.sleep(BEAT_SECONDS)

    async def _looking(self) -> None:
        while True:
            self._wake.clear()
            began = time.monotonic()
            try:
                for webhook_id in await self._around.store.look(deliveries.waiting, self._around.clock()):
                    self._start(webhook_id)
            except Exception as error:
                log.error("delivery is held up", exc_info=error)
                await asyncio.sleep(_PAUSE_SECONDS)
            # However many webhooks wait, and however often it is woken, most of the time is left for others.
            await asyncio.sleep(_REST * (time.monotonic() - began))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    def _start(self, webhook_id: str) -> None:
        if webhook_id in self._pumps:
            self._pumps[webhook_id][0].nudge()
            return
        pump = Pump(webhook_id, self._around)
        task = asyncio.create_task(pump.run())
        self._pumps[webhook_id] = pump, task

        def ended(done: asyncio.Task[None]) -> None:
            del self._pumps[webhook_id]
            if not done.cancelled() and (error := done.exception()) is not None:
                log.error("delivery to a webhook goes on later", exc_info=error)

        task.add_done_callback(ended)

    def _busy(self, first: int, last: int) -> bool:
        return any(pump.busy(first, last) for pump, _ in self._pumps.values())

    async def stop(self, seconds: float) -> None:
        """Begin nothing new, and wait so long for what is under way; what is cut off will be made again."""
        self._around.stopping = True
        for pump, _ in self._pumps.values():
            pump.nudge()
        tasks = [task for _, task in self._pumps.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
