"""Examples of chaos rules."""

from __future__ import annotations

from typing import Any

from heliograph.wire import chaos
from heliograph.wire.operations import BodyType, ResponseType

_RULE = {
    "name": "busy",
    "on": "request",
    "match": {"operation": "PostMessage"},
    "probability": 0.3,
    "times": 5,
    "effect": {"status": 429, "retryAfter": 2},
}

CHAOS_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    chaos.ChaosBody: {"seed": 7, "rules": [_RULE]},
    chaos.ChaosResponse: {"chaos": {"seed": 7, "rules": [{**_RULE, "matches": 12, "hits": 3}]}},
}
