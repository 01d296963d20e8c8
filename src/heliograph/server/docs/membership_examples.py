"""Examples of lists of members and memberships."""

from __future__ import annotations

from typing import Any

from heliograph.wire import bulk, history, members, memberships
from heliograph.wire.operations import BodyType, ResponseType

_PARTICIPANT = {
    "id": "6ae0a1e5f0040004a7d25e90",
    "userId": "6ae0a1d2c8a20002a7d25e90",
    "userExternalId": "ada",
    "unreadCount": 0,
    "clientAssociations": [],
}
_MEMBER = {
    "id": "6ae0a1de2f580004a7d25e90",
    "userId": "6ae0a1d2c8a20002a7d25e90",
    "userExternalId": "ada",
    "unreadCount": 3,
    "clientAssociations": [{"type": "sdk", "clientId": "6ae0a1de2f580005a7d25e90"}],
    "lastRead": "2026-11-22T15:43:17.120Z",
    "joinedAt": "2026-11-22T15:42:02.189Z",
    "user": {
        "id": "6ae0a1d2c8a20002a7d25e90",
        "externalId": "ada",
        "profile": {"givenName": "Ada", "surname": "Lovelace"},
    },
}

MEMBERSHIP_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    members.MemberListResponse: {"participants": [_MEMBER], "meta": {"hasMore": False}, "total": 1},
    history.HistoryResponse: {
        "changes": [
            {
                "id": "6ae0a1de2f580004a7d25e90",
                "type": "joined",
                "time": "2026-11-22T15:42:02.189Z",
                "conversationId": "6ae0a1dd1b730003a7d25e90",
                "userId": "6ae0a1d2c8a20002a7d25e90",
                "participantId": "6ae0a1de2f580004a7d25e90",
                "reason": "join",
                "keyId": "app_6ae0a1c01f540001a7d25e90",
                "requestId": "6ae0a1de2f5800037a25e9f1",
            },
        ],
        "meta": {"hasMore": False},
    },
    memberships.MembershipListResponse: {
        "memberships": [
            {
                "conversationId": "6ae0a1dd1b730003a7d25e90",
                "participantId": "6ae0a1de2f580004a7d25e90",
                "type": "sdkGroup",
                "displayName": "Crew",
                "participantCount": 3,
                "unreadCount": 3,
                "joinedAt": "2026-11-22T15:42:02.189Z",
                "lastUpdatedAt": "2026-11-22T15:44:01.007Z",
                "lastRead": "2026-11-22T15:43:17.120Z",
            }
        ],
        "meta": {"hasMore": False},
        "totalUnread": 4,
    },
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
