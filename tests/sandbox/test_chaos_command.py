"""`heliograph chaos`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from heliograph.cli.chaos_presets import PRESETS
from tests.commands import command
from tests.harness import Caller
from tests.sandbox.chaos import path_of, rule

pytestmark = pytest.mark.one_engine


def run(api: Caller, *args: str, status: int = 0) -> str:
    """Run `heliograph chaos` for an app; returns what it prints."""
    assert api.auth is not None
    env = {"HELIOGRAPH_URL": api.url, "HELIOGRAPH_APP_ID": api.app_id}
    env |= {"HELIOGRAPH_KEY_ID": api.auth[0], "HELIOGRAPH_KEY_SECRET": api.auth[1]}
    done = command("chaos", *args, env=env)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def rules_of(api: Caller) -> Any:
    """The rules of an app, without their counts."""
    found = api.ok("GET", path_of(api))["chaos"]
    return [{name: one[name] for name in one if name not in ("matches", "hits")} for one in found["rules"]]


def test_rules_are_added_listed_and_cleared(api: Caller) -> None:
    assert run(api, "list") == "no rules\n"
    run(api, "add", "busy", "--operation", "CreateUser", "--status", "429", "--retry-after", "2", "--times", "1")
    assert api("POST", "/users", {"externalId": "ada"}).status_code == 429
    assert run(api, "list") == (
        'seed 0\nbusy  request {"operation":"CreateUser"}  {"status":429,"retryAfter":2}  probability 1, 1 times  '
        "1 matches, 1 hits\n"
    )
    run(api, "add", "slow", "--delay-ms", "1..5", "--seed", "7", "--probability", "0.5")
    run(api, "add", "busy", "--operation", "GetUser", "--status", "503")
    found = json.loads(run(api, "list", "--json"))
    assert found["seed"] == 7
    assert [(one["name"], one["hits"]) for one in found["rules"]] == [("slow", 0), ("busy", 0)]
    assert run(api, "clear") == ""
    assert rules_of(api) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--drop after --method POST", rule("r", drop="after", match={"method": "POST"})),
        ("--drop before --conversation c1", rule("r", drop="before", match={"conversationId": "c1"})),
        ("--truncate 5 --caller app_1", rule("r", truncate=5, match={"keyId": "app_1"})),
        ("--bytes-per-second 9 --delay-ms 3", rule("r", bytesPerSecond=9, delayMs=3)),
        ("--status 418 --code tea --title Pot", rule("r", status=418, code="tea", title="Pot")),
        ("--on delivery --drop before --webhook w", rule("r", "delivery", drop="before", match={"webhookId": "w"})),
        ("--on delivery --duplicate 2 --attempt 1", rule("r", "delivery", duplicate=2, match={"attempt": 1})),
        ("--on delivery --wrong-secret", rule("r", "delivery", wrongSecret=True)),
        ("--on stream --drop 3 --trigger user:update", rule("r", "stream", drop=3, match={"trigger": "user:update"})),
        ("--on stream --reset", rule("r", "stream", reset=True)),
    ],
)  # fmt: skip
def test_every_option(api: Caller, options: str, expected: Any) -> None:
    run(api, "add", "r", *options.split())
    assert rules_of(api) == [expected]


@pytest.mark.parametrize("name", PRESETS)
def test_presets(api: Caller, name: str) -> None:
    run(api, "preset", name, "--seed", "3")
    assert rules_of(api) == PRESETS[name]
    assert api.ok("GET", path_of(api))["chaos"]["seed"] == 3


def test_a_file(api: Caller, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"seed": 5, "rules": [rule("busy", status=429)]}))
    assert run(api, "set", str(file)).startswith("seed 5\nbusy  request ")
    file.write_text("{")
    assert "is not JSON" in run(api, "set", str(file), status=2)
    assert rules_of(api) == [rule("busy", status=429)]


def test_mistakes_are_reported(api: Caller) -> None:
    assert "match.operation should be an operation of an app" in run(
        api, "add", "r", "--operation", "Nothing", "--status", "429", status=2
    )
    assert "at least one of delayMs" in run(api, "add", "r", status=2)
    assert "--delay-ms should be" in run(api, "add", "r", "--delay-ms", "soon", status=2)
    assert rules_of(api) == []
