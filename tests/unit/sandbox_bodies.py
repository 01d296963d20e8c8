"""The bodies of the sandbox tools: for each its type, the smallest one, and one with every field."""

from __future__ import annotations

from typing import Any

from heliograph.wire.operations import BodyType
from heliograph.wire.seeds import SeedBody

SANDBOX_BODIES: dict[str, tuple[BodyType, Any, Any]] = {
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
}
