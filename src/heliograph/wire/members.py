"""Members: the participants of a conversation, as the lists of this server show them."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from heliograph import ids
from heliograph.errors import BadRequest
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.filters import parse_choice, parse_items, parse_moment, parse_time, parse_true
from heliograph.wire.paging import Links, Page, PageMeta
from heliograph.wire.users import Profile

LARGEST_PAGE = 1_000
USERS_AT_ONCE = 100

MemberSort = Literal["oldest", "newest"]
Included = Literal["total", "user"]
_SORTS: dict[str, MemberSort] = {one: one for one in get_args(MemberSort)}
_INCLUDED: dict[str, Included] = {one: one for one in get_args(Included)}


class MemberFilter(Struct, frozen=True):
    """Which members: all of the conditions hold. Times are in milliseconds; that of `joined_before` is excluded."""

    user_ids: tuple[str, ...] | None = None
    user_external_ids: tuple[str, ...] | None = None
    unread: bool = False
    joined_after: int | None = None
    joined_before: int | None = None


ALL_MEMBERS = MemberFilter()
ALL_JOINED = (ids.FIRST, ids.LAST)
"""The range of the ids of all participants."""


class MemberQuery(Struct, frozen=True):
    """A page of members, in the order of joining or in the opposite one, and what the response includes."""

    page: Page
    filter: MemberFilter = ALL_MEMBERS
    newest_first: bool = False
    with_total: bool = False
    with_users: bool = False
    at: int | None = None
    """A time in milliseconds: only users who were members then. It cannot be combined with other choices."""

    @property
    def is_plain(self) -> bool:
        """Whether the response depends only on the conversation and its participants."""
        return self.filter == ALL_MEMBERS and not self.with_total and not self.with_users


def parse_member_query(page: Page, filters: dict[str, str], parameters: dict[str, str]) -> MemberQuery:
    """The page of members that a request asks for.

    Raises:
        BadRequest: a parameter is invalid, or it cannot be combined with another one.
    """
    if "userId" in filters and "userExternalId" in filters:
        raise BadRequest("filter[userId] and filter[userExternalId] cannot be combined")
    filter = MemberFilter(
        user_ids=parse_items(filters, "userId", USERS_AT_ONCE),
        user_external_ids=parse_items(filters, "userExternalId", USERS_AT_ONCE),
        unread=parse_true(filters, "unread"),
        joined_after=parse_time(filters, "joinedAfter"),
        joined_before=parse_time(filters, "joinedBefore"),
    )
    at = parse_moment("at", parameters["at"]) if "at" in parameters else None
    if at is not None and (filters or "sort" in parameters or "include" in parameters):
        raise BadRequest("at cannot be combined with filters, sort or include")
    sort = parse_choice("sort", parameters.get("sort", "oldest"), _SORTS)
    included = {parse_choice("include", one, _INCLUDED) for one in parameters.get("include", "").split(",") if one}
    if "total" in included and filter != ALL_MEMBERS:
        raise BadRequest("include=total cannot be combined with filters")
    return MemberQuery(page, filter, sort == "newest", "total" in included, "user" in included, at)


class MemberUser(Response):
    """The user of a member, in short."""

    id: Id
    profile: Profile
    external_id: str | None = None


class Member(Response, kw_only=True):
    """A user in a conversation, and when they joined. With `include=user`, it has the `user`.

    One who was in the conversation at a given time has only the ids, `joined_at` and, if they are no longer in it,
    `left_at`.
    """

    id: Id
    user_id: Id
    user_external_id: str | None = None
    unread_count: int | None = None
    client_associations: list[ClientAssociation] | None = None
    last_read: Time | None = None
    joined_at: Time
    left_at: Time | None = None
    user: MemberUser | None = None


class MemberListResponse(Response):
    """A page of the participants of a conversation. With `include=total`, it has their number."""

    participants: list[Member]
    meta: PageMeta
    links: Links | None = None
    total: int | None = None
