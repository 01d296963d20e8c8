"""Waits for other threads and processes."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60


def until(holds: Callable[[], object]) -> None:
    """Wait until a condition holds. Only a bug exceeds the time limit: no machine is that slow."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the condition does not hold"
        time.sleep(0.02)
