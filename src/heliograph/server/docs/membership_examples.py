"""Examples of lists of members."""

from __future__ import annotations

from typing import Any

from heliograph.wire import members
from heliograph.wire.operations import BodyType, ResponseType

_MEMBER = {
    "id": "6ae0a1de2f580004a7d25e90",
    "userId": "6ae0a1d2c8a20002a7d25e90",
    "userExternalId": "ada",
    "unreadCount": 3,
    "clientAssociations": [{"type": "sdk", "clientId": "6ae0a1de2f580005a7d25e90"}],
    "lastRead": "2026-11-22T15:43:17.120Z",
    "joinedAt": "2026-11-22T15:42:02.189Z",
}

MEMBERSHIP_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    members.MemberListResponse: {"participants": [_MEMBER], "meta": {"hasMore": False}},
}
