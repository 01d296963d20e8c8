"""Examples of the export and the erasure of a person."""

from __future__ import annotations

from typing import Any

from heliograph.wire import people
from heliograph.wire.operations import BodyType, ResponseType

_TIME = "2026-11-22T15:43:17.120Z"
_ERASURE = {
    "id": "6ae0a2c1b0220009a7d25e90",
    "status": "finished",
    "pseudonym": "d41c07a8f5be9263107eac95",
    "createdAt": _TIME,
    "removed": {"users": 1, "clients": 1, "memberships": 3, "conversations": 1, "events": 2, "deliveries": 2},
    "changed": {"messages": 12, "events": 17, "deliveries": 15},
    "finishedAt": "2026-11-22T15:43:17.480Z",
}

PEOPLE_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    people.ExportHeader: {
        "type": "header",
        "format": "heliograph-person",
        "version": 1,
        "appId": "6ae0a1c4b3f10001a7d25e90",
        "userId": "6ae0a1d2c8a20002a7d25e90",
        "exportedAt": _TIME,
    },
    people.ErasureResponse: {
        "erasure": {
            **_ERASURE,
            "kept": [
                {
                    "what": "snapshot",
                    "why": "A snapshot is a state of the whole database. Delete it, or save a new one under its name.",
                    "name": "before-the-sale",
                    "createdAt": "2026-11-20T09:12:45.003Z",
                }
            ],
        }
    },
    people.ErasureListResponse: {"erasures": [_ERASURE], "meta": {"hasMore": False}},
}
