"""Waits for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds. The limit is for a program that is wrong: no machine is that slow."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it does not hold"
        time.sleep(0.02)
