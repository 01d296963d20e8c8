"""Examples of the bodies and responses of the sandbox tools."""

from __future__ import annotations

from typing import Any

from heliograph.wire import sandbox, seeds
from heliograph.wire.operations import BodyType, ResponseType

_SEED = {
    "name": "Shop",
    "user": [{"externalId": "ada", "profile": {"givenName": "Ada"}}],
    "conversation": [{"name": "crew", "participants": ["ada"], "messages": [{"from": "ada", "text": "Hello"}]}],
}

SANDBOX_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    sandbox.SandboxResponse: {
        "sandbox": {
            "version": "0.1.0",
            "database": "in memory: nothing is kept",
            "startedAt": "2026-11-26T17:37:02.511Z",
            "problems": ["deliveries that failed: 1"],
        }
    },
    seeds.SeedBody: _SEED,
    seeds.SeedResponse: {"created": {"users": 1, "conversations": 1, "integrations": 0}},
    seeds.SeedExportResponse: {"seed": _SEED},
}
