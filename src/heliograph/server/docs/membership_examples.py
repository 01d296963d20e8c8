"""Examples of many changes of the membership of a conversation."""

from __future__ import annotations

from typing import Any

from heliograph.wire import bulk
from heliograph.wire.operations import BodyType, ResponseType

_USER = "6ae0a1d2c8a20002a7d25e90"
_PARTICIPANT = {
    "id": "6ae0a1e5f0040004a7d25e90",
    "userId": _USER,
    "userExternalId": "ada",
    "unreadCount": 0,
    "clientAssociations": [],
}

MEMBERSHIP_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    bulk.BulkParticipantsBody: {
        "items": [
            {"type": "join", "userExternalId": "ada", "subscribeSDKClient": False},
            {"type": "leave", "userExternalId": "bob"},
        ],
        "atomic": False,
    },
    bulk.BulkParticipantsResponse: {
        "results": [
            {"index": 0, "status": 201, "participant": _PARTICIPANT},
            {"index": 1, "status": 404, "errors": [{"code": "user_not_found", "title": "User not found"}]},
        ],
        "counts": {"joined": 1, "left": 0, "unchanged": 0, "refused": 1},
    },
    bulk.MembersSummary: {
        "type": "summary",
        "joined": 120,
        "left": 4,
        "stayed": 880,
        "version": "1000-6ae0a1e5f0040004a7d25e90",
        "dryRun": False,
    },
}
