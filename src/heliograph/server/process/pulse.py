"""The heartbeat of a worker process, with which the supervisor notices that it hangs."""

from __future__ import annotations

import asyncio
import mmap
from dataclasses import dataclass

BEAT_SECONDS = 1.0


class Pulse:
    """A counter in shared memory, which the worker increments every second and the supervisor reads.

    The supervisor counts its own readings and compares no clocks, so workers survive when the machine is suspended.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)
        self._seen = 0
        self._still = 0

    async def beat(self) -> None:
        """Increment the counter every second while the worker's event loop runs."""
        while True:
            self._memory[0] = (self._memory[0] + 1) % 256
            await asyncio.sleep(BEAT_SECONDS)

    def look(self) -> int:
        """Read the counter; returns the number of consecutive readings that found it unchanged."""
        seen, self._seen = self._seen, self._memory[0]
        self._still = self._still + 1 if seen == self._seen else 0
        return self._still


@dataclass(frozen=True)
class Tether:
    """The worker's side of its connection to the supervisor.

    `lifeline` is the reading end of a pipe that closes when the supervisor ends; the worker then stops too.
    """

    lifeline: int
    pulse: Pulse
