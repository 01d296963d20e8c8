"""Examples of the event stream and its listeners."""

from __future__ import annotations

from typing import Any

from heliograph.wire import listeners
from heliograph.wire.operations import BodyType, ResponseType

_APP = "6ae0a1c4b3f10001a7d25e90"
_GROUP = "6ae0a1dd1b730003a7d25e90"
_TIME = "2026-11-22T15:43:17.120Z"

STREAM_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    listeners.StreamedCall: {
        "app": {"id": _APP},
        "webhook": {"id": "0" * 24, "version": "v2"},
        "events": [
            {
                "id": "6ae0a1f5b0220008a7d25e90",
                "type": "conversation:create",
                "createdAt": _TIME,
                "payload": {
                    "conversation": {"id": _GROUP, "type": "sdkGroup"},
                    "creationReason": "none",
                    "source": {"type": "api"},
                },
            }
        ],
        "repeated": True,
    },
    listeners.ListenerListResponse: {
        "listeners": [
            {
                "id": "6ae0a1f5b022000da7d25e90",
                "name": "ada@laptop",
                "connectedAt": _TIME,
                "forwardTo": "http://localhost:3000/hook",
                "lastEventAt": _TIME,
            }
        ]
    },
}
