"""The limit of failed sign-ins, with a clock that the test sets."""

from __future__ import annotations

import pytest

from heliograph.errors import RateLimited, Unauthorized
from heliograph.server.auth.sign_ins import FAILURES, SignInLimit

MINUTE = 60.0


class Gate:
    """A limit whose clock is set by hand."""

    def __init__(self, **options: int) -> None:
        self.now = 0.0
        self.limit = SignInLimit(lambda: self.now, **options)

    def fail(self, address: str | None) -> None:
        """Fail to sign in."""
        with pytest.raises(Unauthorized), self.limit.attempt(address):
            raise Unauthorized

    def wait(self, address: str | None) -> int:
        """The number of seconds that the address has to wait."""
        with pytest.raises(RateLimited) as refused, self.limit.attempt(address):
            pass
        return int(refused.value.headers["retry-after"])


def test_failures_count_for_a_minute() -> None:
    gate = Gate()
    for second in range(FAILURES):
        gate.now = float(second)
        gate.fail("192.0.2.1")
    assert gate.wait("192.0.2.1") == MINUTE - FAILURES + 1
    gate.now = MINUTE - 0.5
    assert gate.wait("192.0.2.1") == 1
    gate.now = MINUTE
    gate.fail("192.0.2.1")
    assert gate.wait("192.0.2.1") == 1


def test_successes_and_other_errors_do_not_count() -> None:
    gate = Gate()
    for _ in range(3 * FAILURES):
        with gate.limit.attempt("192.0.2.1"):
            pass
        with pytest.raises(KeyError), gate.limit.attempt("192.0.2.1"):
            raise KeyError
    gate.fail("192.0.2.1")


def test_attempts_in_progress_count() -> None:
    gate = Gate()
    attempts = [gate.limit.attempt("192.0.2.1") for _ in range(FAILURES)]
    for attempt in attempts:
        attempt.__enter__()
    assert gate.wait("192.0.2.1") == MINUTE
    attempts[0].__exit__(None, None, None)
    gate.fail("192.0.2.1")
    assert gate.wait("192.0.2.1") == MINUTE


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        (None, "unix:", True),
    ],
)
def test_ipv6_addresses_of_a_site_share_a_limit(first: str | None, second: str, *, same: bool) -> None:
    gate = Gate()
    for _ in range(FAILURES):
        gate.fail(first)
    if same:
        assert gate.wait(second) == MINUTE
    else:
        gate.fail(second)


def test_memory_is_bounded() -> None:
    """The failures of the addresses that failed last are remembered, and no others."""
    gate = Gate(addresses=10)
    for number in range(100):
        for _ in range(FAILURES):
            gate.fail(f"192.0.2.{number}")
    for number in range(90, 100):
        assert gate.wait(f"192.0.2.{number}") == MINUTE
    for number in range(90):
        gate.fail(f"192.0.2.{number}")
