"""The retry policy."""

from __future__ import annotations

import pytest

from heliograph.delivery.policy import Policy, is_success

POLICY = Policy()


def test_five_attempts_within_fifteen_minutes_with_any_jitter() -> None:
    for roll in (0.0, 0.5, 1.0):
        delays = [POLICY.next_delay(attempt, 500, roll) for attempt in range(1, 6)]
        assert delays[-1] is None
        waits = [delay for delay in delays if delay is not None]
        assert len(waits) == 4
        assert waits == sorted(waits)
        # Each attempt adds the time until the endpoint responds, up to the timeout.
        assert sum(waits) <= 15 * 60


def test_jitter_is_up_to_20_percent() -> None:
    assert POLICY.next_delay(1, 500, 0.5) == 10
    assert POLICY.next_delay(1, 500, 0.0) == pytest.approx(8)
    assert POLICY.next_delay(1, 500, 1.0) == pytest.approx(12)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406])
def test_final_statuses_are_final(status: int) -> None:
    assert POLICY.next_delay(1, status, 0.5) is None


@pytest.mark.parametrize("status", [None, 300, 302, 405, 408, 410, 429, 500, 503])
def test_all_other_failures_are_retried(status: int | None) -> None:
    assert not is_success(status)
    assert POLICY.next_delay(1, status, 0.5) == 10


def test_every_2xx_is_a_success() -> None:
    assert [status for status in range(100, 600) if is_success(status)] == list(range(200, 300))
