"""Sets of chaos rules for `heliograph chaos preset`."""

from __future__ import annotations

from typing import Any


def _rule(name: str, on: str, probability: float, **effect: Any) -> dict[str, Any]:
    return {"name": name, "on": on, "probability": probability, "effect": effect}


PRESETS: dict[str, list[dict[str, Any]]] = {
    "flaky-network": [
        _rule("late-request", "request", 0.3, delayMs=[50, 500]),
        _rule("lost-request", "request", 0.05, drop="before"),
        _rule("lost-response", "request", 0.05, drop="after"),
        _rule("late-call", "delivery", 0.3, delayMs=[50, 500]),
        _rule("lost-call", "delivery", 0.05, drop="before"),
        _rule("lost-call-response", "delivery", 0.05, drop="after"),
        _rule("dropped-stream", "stream", 0.05, drop=1),
    ],
    "slow": [
        _rule("slow-request", "request", 1, delayMs=[200, 2000]),
        _rule("slow-call", "delivery", 1, delayMs=[200, 2000]),
        _rule("slow-stream", "stream", 1, delayMs=[200, 1000]),
    ],
    "rate-limited": [_rule("rate-limited", "request", 0.3, status=429, retryAfter=1)],
    "lost-responses": [
        _rule("lost-response", "request", 0.2, drop="after"),
        _rule("lost-call-response", "delivery", 0.2, drop="after"),
    ],
}
"""The rules of each preset, which changes only with a line in the changelog: tests depend on it."""
