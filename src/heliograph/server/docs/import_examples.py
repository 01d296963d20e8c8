"""Examples of imports."""

from __future__ import annotations

from typing import Any

from heliograph.wire import imports
from heliograph.wire.operations import BodyType, ResponseType

_RECORDS = [
    {
        "kind": "user",
        "user": {
            "id": "5ed28e4bd2c8a20002a7d25e",
            "externalId": "ada",
            "signedUpAt": "2025-03-14T09:26:53.589Z",
            "profile": {"givenName": "Ada"},
            "metadata": {"plan": "pro"},
        },
    },
    {
        "kind": "participant",
        "conversationId": "5ed28e4b2f580004a7d25e90",
        "participant": {
            "id": "5ed28e4c2f580004a7d25e91",
            "userId": "5ed28e4bd2c8a20002a7d25e",
            "unreadCount": 2,
            "clientAssociations": [],
        },
    },
]
_REFUSED = {"index": 1, "titles": ["the app has no conversation 5ed28e4b2f580004a7d25e90"]}

IMPORT_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    imports.ImportBody: {"records": _RECORDS},
    imports.ImportResponse: {"created": 1, "updated": 0, "unchanged": 0, "refused": [_REFUSED]},
}
