"""The search for records by id or name. It is an extension of the API document."""

from __future__ import annotations

from typing import Literal

from heliograph.errors import BadRequest
from heliograph.wire.base import Response

RESULTS = 10

FoundKind = Literal[
    "app",
    "conversation",
    "delivery",
    "event",
    "integration",
    "key",
    "message",
    "participant",
    "request",
    "user",
    "webhook",
]


def parse_wanted(parameters: dict[str, str]) -> str:
    """The text of the parameter `q`, without spaces around it.

    Raises:
        BadRequest: it is missing or empty.
    """
    if not (wanted := parameters.get("q", "").strip()):
        raise BadRequest("q should NOT have fewer than 1 characters")
    return wanted


class Found(Response):
    """A record. `title` is its name, or what else describes it.

    Messages, participants, events and deliveries have the id of their conversation, if they have one. `user_id` is the
    user of a participant.
    """

    kind: FoundKind
    id: str
    title: str
    conversation_id: str | None = None
    user_id: str | None = None


class FindResponse(Response):
    """Up to 10 records, exact matches first."""

    results: list[Found]
