"""Memberships: the conversations that a user is in."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from heliograph.wire.base import Id, Response, Time
from heliograph.wire.conversations import ConversationType
from heliograph.wire.filters import parse_choice
from heliograph.wire.paging import Links, Page, PageMeta

MOST_SORTED = 2_000
"""The maximum number of conversations of a user for sorting by activity and for counting unread messages."""

MembershipSort = Literal["newest", "oldest", "activity"]
_SORTS: dict[str, MembershipSort] = {one: one for one in get_args(MembershipSort)}
_INCLUDED = {"unread": True}


class MembershipQuery(Struct, frozen=True):
    """A page of memberships, their order, and whether the response has the number of all unread messages."""

    page: Page
    sort: MembershipSort = "newest"
    with_unread: bool = False


def parse_membership_query(page: Page, parameters: dict[str, str]) -> MembershipQuery:
    """The page of memberships that a request asks for.

    Raises:
        BadRequest: a parameter is invalid.
    """
    sort = parse_choice("sort", parameters.get("sort", "newest"), _SORTS)
    included = [parse_choice("include", one, _INCLUDED) for one in parameters.get("include", "").split(",") if one]
    return MembershipQuery(page, sort, bool(included))


class Membership(Response):
    """A conversation that a user is in. `lastUpdatedAt` is the time of its newest message, or of its creation."""

    conversation_id: Id
    participant_id: Id
    type: ConversationType
    participant_count: int
    unread_count: int
    joined_at: Time
    last_updated_at: Time
    display_name: str | None = None
    last_read: Time | None = None


class MembershipListResponse(Response):
    """A page of the conversations that a user is in. With `include=unread`, it has the number of all unread messages
    of the user."""

    memberships: list[Membership]
    meta: PageMeta
    links: Links | None = None
    total_unread: int | None = None
