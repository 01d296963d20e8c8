"""Activities: reading a conversation, and typing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from heliograph.wire.authors import USER, AuthorBody, AuthorWebhook, Source
from heliograph.wire.base import Body, Response

ActivityType = Literal["conversation:read", "typing:start", "typing:stop"]
READ: ActivityType = "conversation:read"


class ActivityPost(Body):
    """An activity to post. Only the business can post typing activities."""

    author: AuthorBody
    type: ActivityType

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        author = given.get("author")
        if isinstance(author, dict) and author.get("type") == USER and given.get("type") != READ:
            yield f"type should be {READ} for an author of type {USER}"


class Activity(Response):
    """An activity, as webhook payloads show it."""

    type: ActivityType
    source: Source
    author: AuthorWebhook
