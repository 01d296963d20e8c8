"""Sets chaos rules."""

from __future__ import annotations

from typing import Any

from tests.harness import Caller


def path_of(api: Caller) -> str:
    """The path of the chaos rules of an app."""
    return f"/heliograph/v1/apps/{api.app_id}/sandbox/chaos"


def rule(name: str, on: str = "request", *, probability: float = 1, times: int | None = None, **given: Any) -> Any:
    """A chaos rule. `match` has its conditions, and the remaining arguments are its effect."""
    match = given.pop("match", None)
    more = {"match": match, "times": times}
    return {"name": name, "on": on, "probability": probability, "effect": given} | {
        key: value for key, value in more.items() if value is not None
    }


def disturb(api: Caller, *rules: Any, seed: int = 7) -> Any:
    """Set the rules of an app; returns them with their counts."""
    return api.ok("PUT", path_of(api), {"seed": seed, "rules": list(rules)})["chaos"]


def counts(api: Caller) -> dict[str, tuple[int, int]]:
    """The matches and the hits of each rule of an app."""
    rules = api.ok("GET", path_of(api))["chaos"]["rules"]
    return {one["name"]: (one["matches"], one["hits"]) for one in rules}
