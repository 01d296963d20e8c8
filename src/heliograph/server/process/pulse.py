"""The pulse of a worker process, by which the process that watches over it notices that it hangs."""

from __future__ import annotations

import asyncio
import mmap
from dataclasses import dataclass

BEAT_SECONDS = 1.0


class Pulse:
    """A counter in memory that two processes share: the worker raises it every second, the supervisor looks at it.

    The supervisor counts its own looks and compares no clocks, so a machine that was suspended loses no worker.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)
        self._seen = 0
        self._still = 0

    async def beat(self) -> None:
        """Raise the counter every second, for as long as the event loop of the worker runs."""
        while True:
            self._memory[0] = (self._memory[0] + 1) % 256
            await asyncio.sleep(BEAT_SECONDS)

    def look(self) -> int:
        """Look at the counter; returns how many looks in a row have found it unchanged."""
        seen, self._seen = self._seen, self._memory[0]
        self._still = self._still + 1 if seen == self._seen else 0
        return self._still


@dataclass(frozen=True)
class Tether:
    """What ties a worker to its supervisor.

    The worker must not outlive the supervisor, whose end closes the pipe of which `lifeline` is the reading end.
    """

    lifeline: int
    pulse: Pulse
