"""Every check passes if each write is sent twice with one idempotency key: the second response equals the first.

HELIOGRAPH_TEST_ROUNDS adds PostgreSQL, on which `test_own_server.py` runs all checks with writes that are sent once.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.cli.main import main
from heliograph.conformance.caller import Answer, Caller
from tests.conformance.conftest import Subject

pytestmark = [] if "HELIOGRAPH_TEST_ROUNDS" in os.environ else [pytest.mark.one_engine]


class Repeating:
    """Sends each write twice, and counts the replays by their method and status."""

    def __init__(self) -> None:
        self.replays: Counter[str] = Counter()
        self.differences: list[str] = []
        self._numbers = itertools.count()
        self._once = Caller.send_once

    def once(self, caller: Caller, request: httpx.Request, sent: Any) -> Answer:
        """Send a request, and send it again if it is a write."""
        if not _takes_key(request):
            return self._once(caller, request, sent)
        request.read()
        request.headers["idempotency-key"] = f'"{next(self._numbers)}"'
        first, second = self._once(caller, request, sent), self._once(caller, request, sent)
        if "idempotent-replayed" in second.headers:
            self.replays[f"{first.method} {first.status}"] += 1
        elif first.status < 400:
            self.differences.append(f"{first.method} {first.path} {first.status}: not stored")
        if (first.status, first.content) != (second.status, second.content):
            self.differences.append(f"{first.method} {first.path}: {first.summary()}, then {second.summary()}")
        if first.headers.get("content-type") != second.headers.get("content-type"):
            self.differences.append(f"{first.method} {first.path}: another type")
        return first


def _takes_key(request: httpx.Request) -> bool:
    """Whether this is a write without a key of its own. ReplaceParticipants is a stream, and takes none."""
    path = request.url.path
    is_stream = request.method == "PUT" and path.endswith("/participants")
    is_write = request.method != "GET" and path.startswith(("/v2/", "/heliograph/"))
    return is_write and not is_stream and "idempotency-key" not in request.headers


def test_a_repeated_write_changes_nothing(subject: Subject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repeating, report = Repeating(), tmp_path / "report.json"
    monkeypatch.setattr(Caller, "send_once", lambda *given: repeating.once(*given))
    status = main(subject.arguments(f"--json={report}"))
    failed = [one for one in json.loads(report.read_text())["checks"] if one["outcome"] == "failed"]
    assert (repeating.differences, failed) == ([], [])
    assert status == 0
    assert repeating.replays.keys() >= {"POST 200", "POST 201", "PATCH 200", "PUT 200", "DELETE 200", "DELETE 404"}
