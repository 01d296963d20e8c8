"""Examples of lists of a whole app, of search, and of keys."""

from __future__ import annotations

from typing import Any

from heliograph.wire import finding, keys, listings
from heliograph.wire.operations import BodyType, ResponseType

_USER = "6ae0a1d2c8a20002a7d25e90"
_GROUP = "6ae0a1dd1b730003a7d25e90"
_TIME = "2026-11-22T15:43:17.120Z"
_END = {"hasMore": False}
_SUMMARY = {
    "id": _GROUP,
    "type": "sdkGroup",
    "displayName": "Crew",
    "participantCount": 3,
    "messageCount": 17,
    "createdAt": _TIME,
    "lastUpdatedAt": _TIME,
    "businessLastRead": _TIME,
    "lastMessage": {
        "id": "6ae0a1f01c680006a7d25e90",
        "received": _TIME,
        "author": {"type": "user", "userId": _USER, "displayName": "Ada"},
        "type": "text",
        "text": "Could we move the delivery to Thursday?",
    },
}

LISTING_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    keys.KeyListResponse: {
        "keys": [
            {
                "id": "app_6ae0a1c4b3f10001a7d25e90",
                "displayName": "Order bot",
                "createdAt": "2026-11-20T09:12:45.003Z",
                "lastUsedAt": _TIME,
            },
            {"id": "app_6ae0a1c4b3f10002a7d25e90", "displayName": "Reports", "createdAt": _TIME},
        ]
    },
    listings.AppUserListResponse: {
        "users": [
            {
                "id": _USER,
                "externalId": "ada",
                "authenticated": False,
                "signedUpAt": _TIME,
                "profile": {"givenName": "Ada", "surname": "Lovelace"},
                "metadata": {},
                "identities": [],
            }
        ],
        "meta": _END,
    },
    listings.ConversationSummaryListResponse: {"conversations": [_SUMMARY], "meta": _END},
    listings.ConversationSummaryResponse: {"conversation": _SUMMARY, "participantLimit": 1000},
    finding.FindResponse: {
        "results": [
            {"kind": "user", "id": _USER, "title": "Ada Lovelace"},
            {"kind": "conversation", "id": _GROUP, "title": "Ada and the crew"},
        ]
    },
}
