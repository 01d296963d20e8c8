"""The clocks of the apps of a sandbox."""

from __future__ import annotations

from itertools import count

import pytest

from heliograph.sandbox.clocks import Clocks


def test_the_offset_is_exact_while_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    passing = count(1_000, 1)
    monkeypatch.setattr("time.time_ns", lambda: next(passing) * 1_000_000)
    clocks = Clocks()
    assert clocks.ahead("app") == 0
    clocks.set("app", 3_601_000, frozen=False)
    ahead = clocks.ahead("app")
    assert (ahead, clocks.ahead("app")) == (3_600_000, 3_600_000)
    assert clocks.seconds_ahead("app") == 3600
    clocks.set("app", 5_000, frozen=True)
    assert clocks.ahead("app") > clocks.ahead("app")
