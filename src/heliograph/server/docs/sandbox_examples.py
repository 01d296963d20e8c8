"""Examples of the bodies and responses of the sandbox tools."""

from __future__ import annotations

from typing import Any

from heliograph.server.docs.chaos_examples import CHAOS_EXAMPLES
from heliograph.server.docs.inbox_examples import INBOX_EXAMPLES
from heliograph.wire import requests, sandbox, seeds
from heliograph.wire.operations import BodyType, ResponseType

_TIME = "2026-11-22T15:43:17.120Z"
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
            "newestEventId": "6b0871784c00023ab4661c3e",
            "startedAt": "2026-11-26T17:37:02.511Z",
            "problems": ["deliveries that failed: 1"],
            "active": ["chaos: 2 rules"],
        }
    },
    **CHAOS_EXAMPLES,
    **INBOX_EXAMPLES,
    requests.RequestListResponse: {
        "requests": [
            {
                "id": "6ae0a1f5b022000ba7d25e90",
                "requestId": "6ae0a1f5b022000aa7d25e90",
                "receivedAt": _TIME,
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
    seeds.SeedBody: _SEED,
    seeds.SeedResponse: {
        "created": {"users": 1, "conversations": 1, "integrations": 0},
        "conversations": {"crew": "6b0871784c00023ab4661c3e"},
        "integrations": {},
    },
    seeds.SeedExportResponse: {"seed": _SEED},
}
