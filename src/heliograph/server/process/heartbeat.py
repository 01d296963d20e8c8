"""The heartbeat of a worker process, by which the supervisor detects that it hangs."""

from __future__ import annotations

import asyncio
import mmap
from dataclasses import dataclass

BEAT_SECONDS = 1.0


class Heartbeat:
    """A counter in shared memory, which the worker increments every second and the supervisor checks.

    The supervisor counts its own checks instead of comparing clocks, so suspending the machine kills no worker.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)
        self._last = 0
        self._missed = 0

    async def beat(self) -> None:
        """Increment the counter every second while the event loop of the worker runs."""
        while True:
            self._memory[0] = (self._memory[0] + 1) % 256
            await asyncio.sleep(BEAT_SECONDS)

    def missed(self) -> int:
        """Check the counter; returns how many consecutive checks have found it unchanged."""
        last, self._last = self._last, self._memory[0]
        self._missed = self._missed + 1 if last == self._last else 0
        return self._missed


@dataclass(frozen=True)
class SupervisorLink:
    """Connects a worker with its supervisor.

    `lifeline` is the read end of a pipe. It is closed when the supervisor ends, and the worker then stops too.
    """

    lifeline: int
    heartbeat: Heartbeat
