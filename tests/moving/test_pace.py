"""The rate limit and the retries of calls of an import, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest

from heliograph.errors import ConnectionFailed, NotFound, RateLimited, ServerError, UsageError
from heliograph.moving.pace import ATTEMPTS, PATIENCE_SECONDS, Pace


class Clock:
    """A clock that only `sleep` advances."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Advance the clock, and let other tasks run."""
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def limited(retry_after: float | None) -> RateLimited:
    """A refusal by the rate limit."""
    error = RateLimited()
    error.retry_after = retry_after
    return error


def run(pace: Pace, clock: Clock, outcomes: list[Any], calls: int = 1) -> list[float]:
    """Make calls with these outcomes; returns the time of each attempt, in seconds."""
    times: list[float] = []

    async def make() -> str:
        times.append(round(clock.now - 100, 3))
        outcome = outcomes.pop(0) if outcomes else "done"
        if isinstance(outcome, Exception):
            raise outcome
        return str(outcome)

    async def work() -> None:
        assert await asyncio.gather(*[pace.call("calling", make) for _ in range(calls)]) == ["done"] * calls

    asyncio.run(work())
    return times


def test_the_rate_is_limited() -> None:
    clock = Clock()
    assert run(Pace(4, at_once=2, clock=clock, sleep=clock.sleep), clock, [], calls=5) == [0, 0.25, 0.5, 0.75, 1]


def test_all_calls_wait_as_long_as_the_server_asks() -> None:
    clock = Clock()
    pace = Pace(at_once=1, clock=clock, sleep=clock.sleep)
    assert run(pace, clock, ["done", limited(30), limited(0), limited(600)], calls=3) == [0, 0, 30, 30, 630, 630]
    assert (pace.calls, pace.held) == (6, 3)


def test_without_retry_after_the_pauses_grow() -> None:
    clock = Clock()
    times = run(Pace(clock=clock, sleep=clock.sleep), clock, [limited(None)] * 20)
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 0.05 <= pauses[0] <= 0.1
    assert all(30 <= one <= 60 for one in pauses[10:])


def test_a_long_retry_after_ends_the_calls() -> None:
    for asked in (10_800, 901):
        clock = Clock()
        with pytest.raises(UsageError, match=f"asks to wait {timedelta(seconds=asked)}") as ended:
            run(Pace(clock=clock, sleep=clock.sleep), clock, [limited(asked)])
        assert "not wait longer than 0:15:00" in str(ended.value)
        assert clock.now == 100


def test_a_server_that_refuses_every_call_ends_the_calls() -> None:
    for asked in (1.0, 120.0, None):
        clock = Clock()
        with pytest.raises(UsageError, match="refuses all calls"):
            run(Pace(clock=clock, sleep=clock.sleep), clock, [limited(asked)] * 2_000)
        assert 700 < clock.now - 100 <= PATIENCE_SECONDS
    clock, outcomes = Clock(), [limited(600), "done"] * 5
    assert len(run(Pace(clock=clock, sleep=clock.sleep), clock, outcomes, calls=5)) == 10


def test_long_waits_are_announced_once() -> None:
    clock, announced = Clock(), list[float]()
    pace = Pace(clock=clock, announce=announced.append)
    for seconds in (2, 60, 60, 65):  # concurrent calls
        pace.hold(seconds)
    clock.now += 65
    pace.hold(30)
    assert announced == [60, 30]


def test_a_response_that_never_ends_is_a_failure() -> None:
    attempts: list[int] = []

    async def make() -> None:
        attempts.append(1)
        await asyncio.Event().wait()

    clock = Clock()
    with pytest.raises(UsageError, match=f"reading failed {ATTEMPTS} times: .*no complete response within 0.01"):
        asyncio.run(Pace(clock=clock, sleep=clock.sleep, call_seconds=0.01).call("reading", make))
    assert len(attempts) == ATTEMPTS


def test_failed_calls_are_retried_a_few_times() -> None:
    clock = Clock()
    failures = [ConnectionFailed("lost", "GetUser", sent=True), ServerError()] * (ATTEMPTS // 2)
    assert len(run(Pace(clock=clock, sleep=clock.sleep), clock, failures[1:])) == ATTEMPTS
    with pytest.raises(UsageError, match=f"calling failed {ATTEMPTS} times: status 500"):
        run(Pace(clock=clock, sleep=clock.sleep), clock, failures)
    with pytest.raises(NotFound):
        run(Pace(clock=clock, sleep=clock.sleep), clock, [NotFound()])
