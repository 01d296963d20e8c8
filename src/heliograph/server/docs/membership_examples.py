"""Examples of lists of members, and of many changes of them."""

from __future__ import annotations

from typing import Any

from heliograph.wire import bulk, members
from heliograph.wire.operations import BodyType, ResponseType

_USER = "6ae0a1d2c8a20002a7d25e90"
_PARTICIPANT = {
    "id": "6ae0a1e5f0040004a7d25e90",
    "userId": _USER,
    "userExternalId": "ada",
    "unreadCount": 0,
    "clientAssociations": [],
}
_MEMBER = {
    "id": "6ae0a1de2f580004a7d25e90",
    "userId": _USER,
    "userExternalId": "ada",
    "unreadCount": 3,
    "clientAssociations": [{"type": "sdk", "clientId": "6ae0a1de2f580005a7d25e90"}],
    "lastRead": "2026-11-22T15:43:17.120Z",
    "joinedAt": "2026-11-22T15:42:02.189Z",
}

MEMBERSHIP_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    members.MemberListResponse: {"participants": [_MEMBER], "meta": {"hasMore": False}},
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
