"""Calls that are repeated until they succeed, at a limited rate."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from heliograph.errors import ApiError, DecodeError, HeliographError, Timeout, TransportError, UsageError

ATTEMPTS = 8
"""The maximum number of attempts of a call that fails for another reason than the rate limit."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 8.0
_LONGEST_HOLD = 60.0
CALL_SECONDS = 60.0
"""The maximum duration of one attempt, including the whole response."""
PATIENCE_SECONDS = 900.0
"""The maximum time for which the rate limit of a server may refuse every call."""
_ANNOUNCED_SECONDS = 10.0
_RATE_LIMITED = 429

T = TypeVar("T")


class Pace:
    """Limits calls to `rate` per second and `at_once` at the same time, and pauses while the server asks to wait."""

    def __init__(
        self,
        rate: float | None = None,
        *,
        at_once: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        call_seconds: float = CALL_SECONDS,
        announce: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        """`announce` is called with the seconds of a long wait when it begins."""
        self._interval = 1 / rate if rate else 0.0
        self._slots = asyncio.Semaphore(at_once)
        self._clock = clock
        self._sleep = sleep
        self._call_seconds = call_seconds
        self._announce = announce
        self._refused_since: float | None = None
        self._next = self._held_until = 0.0
        self.calls = 0
        self.held = 0
        """The number of times that the server asked to wait."""

    async def turn(self) -> None:
        """Wait for the turn of the next call."""
        self.calls += 1
        begin = max(self._next, self._clock())
        self._next = begin + self._interval
        while (wait := max(begin, self._held_until) - self._clock()) > 0:
            await self._sleep(wait)

    def hold(self, seconds: float) -> None:
        """Begin no call for this number of seconds.

        Raises:
            UsageError: at the end of the wait, no call would have succeeded for longer than PATIENCE_SECONDS.
        """
        self.held += 1
        now = self._clock()
        if self._refused_since is None:
            self._refused_since = now
        if now + seconds - self._refused_since > PATIENCE_SECONDS:
            waits = timedelta(seconds=round(seconds))
            most = timedelta(seconds=PATIENCE_SECONDS)
            raise UsageError(
                f"the server refuses all calls by its rate limit (status 429), and asks to wait {waits}. The command "
                f"does not wait longer than {most} in all"
            )
        if now + seconds - max(now, self._held_until) >= _ANNOUNCED_SECONDS:
            self._announce(seconds)
        self._held_until = max(self._held_until, now + seconds)

    async def call(self, what: str, make: Callable[[], Awaitable[T]]) -> T:
        """The result of a call that is safe to repeat. It is repeated after refusals by the rate limit, and a few times
        after a failure of the server or of the connection.

        Raises:
            ApiError: the server refused the call for another reason.
            UsageError: every attempt failed, or the rate limit refused all calls for too long.
        """
        failures = 0
        for number in itertools.count():
            try:
                async with self._slots:
                    await self.turn()
                    result = await self._attempt(what, make)
                self._refused_since = None
                return result
            except (ApiError, TransportError, DecodeError) as error:
                if isinstance(error, ApiError) and error.status == _RATE_LIMITED:
                    # All callers wait, because the rate limit applies to the whole app.
                    self.hold(_pause(number, _LONGEST_HOLD) if error.retry_after is None else error.retry_after)
                    continue
                if isinstance(error, ApiError) and error.status < 500:
                    raise
                failures += 1
                if failures == ATTEMPTS:
                    raise UsageError(f"{what} failed {ATTEMPTS} times: {_shown(error)}") from None
            await self._sleep(_pause(failures, _LONGEST_PAUSE))
        raise AssertionError("unreachable")

    async def _attempt(self, what: str, make: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._call_seconds):
                return await make()
        except TimeoutError:
            raise Timeout(f"no complete response within {self._call_seconds:g} seconds", what) from None


def _pause(number: int, longest: float) -> float:
    # Jitter: calls that failed together are not repeated together.
    return random.uniform(0.5, 1) * min(longest, _FIRST_PAUSE * 2.0**number)


def _shown(error: HeliographError) -> str:
    return f"status {error.status}: {error}" if isinstance(error, ApiError) else str(error)
