"""The profile of a request by layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import profile
from tests.bench.conftest import ROOT


@pytest.mark.parametrize("scenario", ["join-spread", "leave"])
def test_the_layers_of_a_request_add_up(
    scenario: str, loader: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HELIOGRAPH_MASTER_KEY", f"{'A' * 43}=")  # undone after the test
    profile.main(["--only", scenario, "--seconds", "0.3", "--users", "200", "--connections", "4"])
    head, _, *rows = (line.strip("| ").split(" | ") for line in capsys.readouterr().out.split("\n") if line)
    assert head == ["µs each, sqlite, 4 connections", scenario]
    costs = {name: int(cost.strip("*")) for name, cost in rows}
    together = costs.pop("**together**")
    assert list(costs) == list(dict.fromkeys([*profile.LAYERS.values(), profile.OTHER]))
    assert all(cost > 0 for cost in costs.values())
    assert together == pytest.approx(sum(costs.values()), abs=len(costs))
