"""The outcomes of a check: it passes, fails with an expectation and an observation, or is not run, with the reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from heliograph.errors import HeliographError


class Failure(HeliographError):
    """The server did not do what a check expects."""

    def __init__(self, expected: str, observed: str) -> None:
        self.expected = expected
        self.observed = observed
        super().__init__(f"expected {expected}, observed {observed}")


class NotRun(HeliographError):
    """A check cannot be run on this server, or with these credentials."""


class Need(Enum):
    """What a check needs besides the key of an app."""

    ACCOUNT = "an account key (--account-key-id and --account-key-secret)"
    WEBHOOK = "a webhook endpoint that the server can reach (--webhook-url and --listen)"
    EXTENSIONS = "the calls of Heliograph below /heliograph/v1"
    CHANNEL = "an integration of a third-party channel, or stand-ins"
    SWITCHBOARD = "an app without a switchboard"
    SLOW = "time (--slow)"


def equal(observed: Any, expected: Any, what: str) -> None:
    """Fail unless both values are equal. `what` names the value."""
    if observed != expected:
        raise Failure(f"{what}: {expected!r}", f"{observed!r}")


def holds(condition: bool, expected: str, observed: Any) -> None:
    """Fail unless the condition is true."""
    if not condition:
        raise Failure(expected, f"{observed!r}")


def eventually(condition: Callable[[], bool], expected: str, seconds: float) -> None:
    """Wait until a condition is true, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{expected} within {seconds:.0f} s", "it did not happen")
        time.sleep(0.02)
