"""Chaos rules with every field and every effect."""

from __future__ import annotations

from typing import Any


def _effects(on: str, match: Any, *effects: Any) -> list[Any]:
    """A full rule for each effect."""
    more = {"on": on, "match": match, "probability": 0.5, "times": 2}
    return [{"name": f"{on}-{number}", "effect": effect, **more} for number, effect in enumerate(effects)]


RULES = [
    *_effects(
        "request",
        {"operation": "JoinConversation", "method": "POST", "keyId": "app_1", "conversationId": "c"},
        {"delayMs": 5, "status": 429, "code": "busy", "title": "Busy", "retryAfter": 1},
        {"drop": "before"},
        {"truncate": 10},
        {"bytesPerSecond": 10},
    ),
    *_effects(
        "delivery",
        {"webhookId": "w", "trigger": "conversation:join", "conversationId": "c", "attempt": 1},
        {"delayMs": 5, "status": 503},
        {"drop": "after"},
        {"duplicate": 1},
        {"wrongSecret": True},
    ),
    *_effects("stream", {"trigger": "conversation:join"}, {"delayMs": 5, "drop": 1}, {"reset": True}),
]
