"""Members: the participants of a conversation, as the lists of this server show them."""

from __future__ import annotations

from heliograph.wire.base import Response, Time
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.participants import Participant

LARGEST_PAGE = 1_000


class Member(Participant, kw_only=True):
    """A user in a conversation, and when they joined."""

    joined_at: Time


class MemberListResponse(Response):
    """A page of the participants of a conversation, in the order of joining."""

    participants: list[Member]
    meta: PageMeta
    links: Links | None = None
