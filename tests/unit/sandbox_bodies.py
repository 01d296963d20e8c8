"""The bodies of the sandbox tools and of the console, each with its type, a minimal and a full example."""

from __future__ import annotations

from typing import Any

from heliograph.wire.clock import ClockBody
from heliograph.wire.console import SignInBody, TicketCreateBody
from heliograph.wire.inboxes import InboxScriptBody
from heliograph.wire.operations import BodyType
from heliograph.wire.seeds import SeedBody
from heliograph.wire.snapshots import SnapshotBody
from heliograph.wire.triggers import TriggerBody

SANDBOX_BODIES: dict[str, tuple[BodyType, Any, Any]] = {
    "clock": (ClockBody, {"freeze": False}, {"advance": 900}),
    "clock to": (ClockBody, {"freeze": True}, {"to": "2026-12-01T00:00:00Z"}),
    "snapshot": (SnapshotBody, {"name": "before-checkout"}, {"name": "before-checkout"}),
    "seed": (
        SeedBody,
        {},
        {
            "name": "Shop",
            "settings": {"multiConvoEnabled": True},
            "metadata": {"plan": "gold"},
            "user": [{"externalId": "ada"}],
            "conversation": [{"name": "crew"}],
            "integration": [{"type": "web", "name": "site"}],
            "inbox": {"default": ["200"]},
        },
    ),
    "sign in with a ticket": (SignInBody, {"name": "Ada", "ticket": "t"}, {"name": "Ada", "ticket": "t"}),
    "sign in with a key": (
        SignInBody,
        {"name": "Ada", "keyId": "app_1", "secret": "s"},
        {"name": "Ada", "keyId": "app_1", "secret": "s"},
    ),
    "ticket": (
        TicketCreateBody,
        {"role": "viewer"},
        {"role": "operator", "appId": "6ae0a1dd1b730003a7d25e90", "expiresInSeconds": 60},
    ),
    "script": (
        InboxScriptBody,
        {"steps": ["200"]},
        {"steps": ["503 x3", {"status": 429, "headers": {"retry-after": "2"}, "body": {"slow": True}}]},
    ),
    "trigger": (
        TriggerBody,
        {"type": "user:remove", "to": ["all"]},
        {
            "type": "conversation:join",
            "to": ["inbox:default", "listeners"],
            "payload": {"user": {"externalId": "ada"}},
            "conversationId": "6ae0a1dd1b730003a7d25e90",
            "userId": "ada",
            "exact": False,
        },
    ),
}
