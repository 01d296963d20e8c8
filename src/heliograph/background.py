"""Background work: tasks that run for as long as their process.

A failure in the background is counted, logged at a bounded rate, and followed by another try.
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
_LOG_SECONDS = 30.0

log = logging.getLogger("heliograph.background")


def _uncounted(task: str) -> None:
    """Counts nothing."""


class Failures:
    """Where background tasks report what went wrong.

    `count` is called for each failure. The log gets the first failure of each task and kind of error, then at most one
    line every 30 seconds with the number of failures since the previous line. `pause` is the time in seconds before
    another try.
    """

    def __init__(
        self,
        count: Callable[[str], None] = _uncounted,
        *,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = count
        self._pause = pause
        self._clock = clock
        self._logged: dict[tuple[str, type[BaseException]], float] = {}
        self._suppressed: dict[tuple[str, type[BaseException]], int] = {}

    def report(self, task: str, error: BaseException) -> None:
        """Count the failure of a task, and log it unless the log has had such a line just now."""
        # A full disk may break the metrics and the log as well, and the task must survive that too.
        with contextlib.suppress(Exception):
            self._log(task, error)
        with contextlib.suppress(Exception):
            self._count(task)

    def _log(self, task: str, error: BaseException) -> None:
        kind, now = (task, type(error)), self._clock()
        if now - self._logged.get(kind, -_LOG_SECONDS) < _LOG_SECONDS:
            self._suppressed[kind] = self._suppressed.get(kind, 0) + 1
            return
        self._logged[kind] = now
        suppressed = self._suppressed.pop(kind, 0)
        more = f" ({suppressed} more failures since the last such line)" if suppressed else ""
        log.error("background task %s failed, trying again%s", task, more, exc_info=error)

    def reported(self, task: str) -> Reported:
        """A block that reports an error which it raises; what follows the block is carried out all the same."""
        return Reported(self, task)

    async def keep_running(self, task: str, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` until it returns: each time it fails, report the failure, pause, and run it again.

        Only the cancellation of the calling task ends it earlier.
        """
        while True:
            with self.reported(task):
                return await work()
            await asyncio.sleep(self._pause)


class Reported:
    """Reports what its block raises, and suppresses it."""

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
    """Whether somebody cancelled the current task.

    Without that a CancelledError comes from a library that cancelled a future of its own: a failure like any other.
    """
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0
