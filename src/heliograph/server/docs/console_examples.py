"""Examples of the bodies and responses of the console."""

from __future__ import annotations

from typing import Any

from heliograph.wire import console
from heliograph.wire.operations import BodyType, ResponseType

_SESSION = {
    "id": "ses_6b0871784c00023ab4661c3e",
    "name": "Ada",
    "role": "viewer",
    "keyId": "app_6ae0a1c4b3f10001a7d25e90",
    "appId": "6ae0a1c4b3f10001a7d25e90",
    "createdAt": "2026-11-26T15:43:17.120Z",
    "lastSeenAt": "2026-11-26T15:43:17.120Z",
    "expiresAt": "2026-12-26T15:43:17.120Z",
}

CONSOLE_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    console.SignInBody: {"ticket": "hgt_the-ticket", "name": "Ada"},
    console.SignInResponse: {**_SESSION, "token": "hgs_the-token"},
    console.ConsoleSession: _SESSION,
    console.ConsoleSessionListResponse: {"sessions": [_SESSION], "meta": {"hasMore": False}},
    console.TicketCreateBody: {"role": "viewer", "appId": "6ae0a1c4b3f10001a7d25e90", "expiresInSeconds": 3600},
    console.TicketResponse: {
        "ticket": "hgt_the-ticket",
        "role": "viewer",
        "appId": "6ae0a1c4b3f10001a7d25e90",
        "expiresAt": "2026-11-26T16:43:17.120Z",
    },
}
