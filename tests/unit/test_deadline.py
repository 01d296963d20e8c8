"""The deadline of a connection, on a loop whose clock a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from heliograph.server.http.deadline import Deadline


class Timer:
    """A timer of the loop."""

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at = at
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        """Cancel the call."""
        self.cancelled = True


class Loop:
    """An event loop with a clock, and with timers that fire when it is moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []
        self.created = 0

    def time(self) -> float:
        """The time of the clock."""
        return self.now

    def call_at(self, at: float, call: Callable[[], None]) -> Timer:
        """Start a timer."""
        self.created += 1
        self.timers.append(timer := Timer(at, call))
        return timer

    def move_to(self, now: float) -> None:
        """Move the clock, and fire the timers that are due."""
        self.now = now
        due = [timer for timer in self.timers if timer.at <= now]
        self.timers = [timer for timer in self.timers if timer.at > now]
        for timer in due:
            if not timer.cancelled:
                timer.call()


@pytest.fixture
def loop() -> Loop:
    """A loop at time 0."""
    return Loop()


@pytest.fixture
def expired() -> list[str]:
    """An entry for each expiry."""
    return []


@pytest.fixture
def deadline(loop: Loop, expired: list[str]) -> Deadline:
    """A deadline that is not set."""
    return Deadline(cast(asyncio.AbstractEventLoop, loop), lambda: expired.append("expired"))


def test_it_expires_once(loop: Loop, deadline: Deadline, expired: list[Any]) -> None:
    deadline.set(30)
    for now, times in ((29, 0), (30, 1), (90, 1)):
        loop.move_to(now)
        assert len(expired) == times


def test_requests_move_it_without_a_new_timer(loop: Loop, deadline: Deadline, expired: list[Any]) -> None:
    for now in range(70):
        loop.move_to(now)
        deadline.clear()
        deadline.set(75)
    assert loop.created == 1
    loop.move_to(75)
    loop.move_to(143)
    assert expired == []
    loop.move_to(144)
    assert expired == ["expired"]


def test_an_earlier_deadline_takes_effect(loop: Loop, deadline: Deadline, expired: list[Any]) -> None:
    deadline.set(75)
    deadline.set(30)
    loop.move_to(30)
    assert expired == ["expired"]
    loop.move_to(75)
    assert expired == ["expired"]


def test_a_limit_does_not_extend_it(loop: Loop, deadline: Deadline, expired: list[Any]) -> None:
    """A client cannot gain time by sending the head of a request byte by byte."""
    deadline.set(75)
    for now in (0, 20, 29):
        loop.move_to(now)
        deadline.limit(30)
    assert expired == []
    loop.move_to(30)
    assert expired == ["expired"]


def test_without_a_deadline_nothing_expires(loop: Loop, deadline: Deadline, expired: list[Any]) -> None:
    deadline.set(30)
    deadline.clear()
    loop.move_to(40)
    deadline.set(30)
    deadline.cancel()
    loop.move_to(100)
    assert expired == []
