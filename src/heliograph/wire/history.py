"""The history of memberships: who joined and left a conversation, when, and by which key. It is an extension of the API
document."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from heliograph.wire.base import Id, Response, Time
from heliograph.wire.filters import parse_time
from heliograph.wire.paging import Links, PageMeta

ChangeType = Literal["joined", "left"]
MembershipReason = Literal["join", "create", "merge", "import", "leave", "userRemove", "conversationRemove"]


class HistoryFilter(Struct, frozen=True):
    """Which changes to list: those of a user, and those in a range of milliseconds, whose end is excluded."""

    user_id: str | None = None
    after: int | None = None
    before: int | None = None


def parse_history_filter(filters: dict[str, str]) -> HistoryFilter:
    """The filter that the `filter` parameters ask for, by their inner names.

    Raises:
        BadRequest: a time is invalid.
    """
    return HistoryFilter(filters.get("userId"), parse_time(filters, "after"), parse_time(filters, "before"))


class MembershipChange(Response):
    """A user joined a conversation or left it.

    `reason` tells how. A user joins by `join`, by the creation of the conversation, or by a merge of users: then the
    user who was merged leaves. A user leaves by `leave`, or because the user or the conversation is deleted. `key_id`
    and `request_id` are those of the request that did it. Memberships that began before the server recorded this have
    only the time.
    """

    id: Id
    type: ChangeType
    time: Time
    conversation_id: Id
    user_id: Id
    participant_id: Id
    reason: MembershipReason | None = None
    key_id: str | None = None
    request_id: str | None = None


class HistoryResponse(Response):
    """A page of changes of memberships, oldest first."""

    changes: list[MembershipChange]
    meta: PageMeta
    links: Links | None = None
