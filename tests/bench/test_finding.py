"""The benchmark of lists measures each kind of request."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench import engines, finding, processes


def test_every_kind_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_MEMBERS", 600)
    monkeypatch.setattr(finding, "_GROUPS", 10)
    with engines.sqlite(tmp_path) as engine:
        url = engine.create("finding")
        site = asyncio.run(finding.build(url))
        with processes.heliograph(url) as server:
            measured = finding.measure(server, engine, site, rounds=1, requests=1)
    assert len(measured) == 11
    # Processor time is counted in steps of 10 ms.
    assert min(measured.values()) >= 0
