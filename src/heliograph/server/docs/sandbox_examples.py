"""Examples of the bodies and responses of the sandbox tools."""

from __future__ import annotations

from typing import Any

from heliograph.server.docs.chaos_examples import CHAOS_EXAMPLES
from heliograph.server.docs.inbox_examples import INBOX_EXAMPLES
from heliograph.wire import clock, requests, sandbox, seeds, snapshots
from heliograph.wire.operations import BodyType, ResponseType

_TIME = "2026-11-22T15:43:17.120Z"
_SEED = {
    "name": "Shop",
    "user": [{"externalId": "ada", "profile": {"givenName": "Ada"}}],
    "conversation": [{"name": "crew", "participants": ["ada"], "messages": [{"from": "ada", "text": "Hello"}]}],
}

_CLOCK = {"now": "2026-11-26T17:52:02.511Z", "offsetSeconds": 900.0, "frozen": False}
_SNAPSHOT = {"name": "before-checkout", "createdAt": "2026-11-26T17:37:02.511Z", "size": 4_567_040}

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
    clock.ClockBody: {"advance": 900},
    clock.ClockResponse: {"clock": _CLOCK},
    clock.ClockChangeResponse: {
        "clock": _CLOCK,
        "from": "2026-11-26T17:37:02.511Z",
        "to": "2026-11-26T17:52:02.511Z",
        "attempts": [
            {"at": "2026-11-26T17:37:12.511Z", "deliveryId": "6ae0a1f5b022000ba7d25e90", "number": 2, "status": 503}
        ],
        "expired": {"events": 0, "deliveries": 0, "conversations": 0},
    },
    snapshots.SnapshotBody: {"name": "before-checkout"},
    snapshots.SnapshotResponse: {"snapshot": _SNAPSHOT},
    snapshots.SnapshotListResponse: {"snapshots": [_SNAPSHOT]},
    seeds.SeedBody: _SEED,
    seeds.SeedResponse: {
        "created": {"users": 1, "conversations": 1, "integrations": 0},
        "conversations": {"crew": "6b0871784c00023ab4661c3e"},
        "integrations": {},
    },
    seeds.SeedExportResponse: {"seed": _SEED},
}
