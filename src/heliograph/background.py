"""Background tasks, which run for as long as their process.

A failure is counted, logged at a bounded rate, and followed by another try.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 1.0
_LOG_INTERVAL_SECONDS = 30.0

log = logging.getLogger("heliograph.background")


def _no_count(task: str) -> None:
    """Do nothing: the default counter."""


class Failures:
    """Receives the failures of background tasks.

    `count` is called for each failure. For each task and type of error, the log gets the first failure, and then at
    most one line every 30 seconds with the number of failures since the previous line. `pause` is the delay in seconds
    before another try.
    """

    def __init__(
        self,
        count: Callable[[str], None] = _no_count,
        *,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = count
        self._pause = pause
        self._clock = clock
        self._logged_at: dict[tuple[str, type[BaseException]], float] = {}
        self._suppressed: dict[tuple[str, type[BaseException]], int] = {}

    def report(self, task: str, error: BaseException) -> None:
        """Count the failure of a task, and log it unless it was logged recently."""
        # A full disk may break the log and the metrics too, and the task must survive that.
        with contextlib.suppress(Exception):
            self._log(task, error)
        with contextlib.suppress(Exception):
            self._count(task)

    def _log(self, task: str, error: BaseException) -> None:
        kind, now = (task, type(error)), self._clock()
        if now - self._logged_at.get(kind, -_LOG_INTERVAL_SECONDS) < _LOG_INTERVAL_SECONDS:
            self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
            return
        self._logged_at[kind] = now
        suppressed = self._suppressed.pop(kind, 0)
        more = f" ({suppressed} more failures since the last such line)" if suppressed else ""
        log.error("background task %s failed, trying again%s", task, more, exc_info=error)

    def reported(self, task: str) -> Reported:
        """A context manager that reports and suppresses errors of its block.

        with failures.reported("metrics"):
            observe(outcome)
        """
        return Reported(self, task)

    async def keep_running(self, task: str, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` until it returns; each time it fails, report the failure, pause, and run it again.

        Only cancellation of the calling task ends it earlier.
        """
        while True:
            with self.reported(task):
                return await work()
            await asyncio.sleep(self._pause)


class Reported:
    """Reports and suppresses the errors of its block."""

    def __init__(self, failures: Failures, task: str) -> None:
        self._failures = failures
        self._task = task

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, asyncio.CancelledError) and is_cancelled():
            return False
        if not isinstance(error, Exception | asyncio.CancelledError):
            return False
        self._failures.report(self._task, error)
        return True


def is_cancelled() -> bool:
    """Whether the current task was cancelled.

    If not, a CancelledError comes from a library that cancelled one of its own futures: a failure like any other.
    """
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0
