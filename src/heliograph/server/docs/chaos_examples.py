"""Examples of chaos rules and of the log of requests."""

from __future__ import annotations

from typing import Any

from heliograph.wire import chaos, requests
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
    requests.RequestListResponse: {
        "requests": [
            {
                "id": "6ae0a1f5b022000ba7d25e90",
                "requestId": "6ae0a1f5b022000aa7d25e90",
                "receivedAt": "2026-11-22T15:43:17.120Z",
                "method": "POST",
                "path": "/v2/apps/6ae0a1c4b3f10001a7d25e90/users",
                "operation": "CreateUser",
                "durationMs": 1.204,
                "status": 409,
                "errors": ["User already exists"],
                "keyId": "app_6ae0a1c4b3f10001a7d25e90",
            }
        ],
        "meta": {"hasMore": False},
    },
}
