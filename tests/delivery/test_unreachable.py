"""The log of unreachable webhooks."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from heliograph.delivery.unreachable import MAX_WEBHOOKS, REPEAT_SECONDS, UnreachableLog
from heliograph.storage.rows.deliveries import PENDING
from heliograph.storage.rows.delivery_queue import AttemptOutcome
from heliograph.storage.rows.log_rows import StoredAttempt, StoredDelivery

REFUSED = ("refused", "connection refused")
PRIVATE = ("address", "10.0.0.1 is not a public address")


def outcome_of(webhook: str, failure: tuple[str, str] | None) -> AttemptOutcome:
    """The outcome of an attempt that failed, or that got a response."""
    cause, error = failure or (None, None)
    delivery = StoredDelivery("d", "app", webhook, "e", "user:update", "lane", False, PENDING, 1, 1, 0, 0)
    attempt = StoredAttempt("d", 1, "app", "lane", 0, 1, None if failure else 200, error, None)
    return AttemptOutcome(0, delivery, attempt, cause=cause)


@pytest.fixture
def at(caplog: pytest.LogCaptureFixture) -> Callable[..., list[str]]:
    """Logs an attempt at a given time, and returns the new lines."""
    caplog.set_level(logging.INFO, "heliograph.delivery")
    now = {"time": 0.0}
    failures = UnreachableLog(lambda: now["time"])

    def attempt(time: float, failure: tuple[str, str] | None, webhook: str = "w") -> list[str]:
        now["time"] = time
        caplog.clear()
        failures.add(outcome_of(webhook, failure))
        return [f"{one.levelname} {one.getMessage()}" for one in caplog.records]

    return attempt


def test_a_failure_is_logged_once_and_repeated_after_ten_minutes(at: Callable[..., list[str]]) -> None:
    line = "WARNING webhook w of app app cannot be called: connection refused"
    assert at(0, REFUSED) == [line]
    for second in range(1, 5):
        assert at(second, REFUSED) == []
    private = "WARNING webhook w of app app cannot be called: 10.0.0.1 is not a public address"
    assert at(5, PRIVATE) == [f"{private} (see --webhook-allowed-networks)"], "another cause"
    assert at(6, REFUSED) == []
    assert at(7, REFUSED, "other") == [line.replace("webhook w", "webhook other")]
    assert at(REPEAT_SECONDS, REFUSED) == [f"{line}; 5 calls failed since this was last logged"]


def test_a_flapping_endpoint_does_not_fill_the_log(at: Callable[..., list[str]]) -> None:
    assert at(0, None) == []
    assert len(at(1, REFUSED)) == 1
    assert at(2, REFUSED) == []
    assert at(3, None) == ["INFO webhook w of app app responds again; 1 more calls had failed"]
    for second in range(4, 100):
        assert at(second, REFUSED if second % 2 else None) == []
    assert len(at(1 + REPEAT_SECONDS, REFUSED)) == 1
    assert len(at(2 + REPEAT_SECONDS, None)) == 1
    assert at(2 + 2 * REPEAT_SECONDS, None) == []
    assert at(3 + 2 * REPEAT_SECONDS, REFUSED) == ["WARNING webhook w of app app cannot be called: connection refused"]


def test_memory_is_bounded(at: Callable[..., list[str]]) -> None:
    """The failures of the webhooks that failed last are remembered, and no others."""
    count = 3 * MAX_WEBHOOKS
    for number in range(count):
        assert len(at(0, REFUSED, str(number))) == 1
    for number in range(count - MAX_WEBHOOKS, count):
        assert at(1, REFUSED, str(number)) == []
    for number in range(count - MAX_WEBHOOKS):
        assert len(at(1, REFUSED, str(number))) == 1
