"""Many joins and leaves in one request."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from heliograph.wire.base import Body, Response
from heliograph.wire.lines import ItemError
from heliograph.wire.participants import Participant, ParticipantJoinBody, ParticipantLeaveBody

MOST_ITEMS = 1_000
MOST_MEMBERS = 100_000


class BulkJoin(ParticipantJoinBody, tag_field="type", tag="join"):
    """A user to add, named either by id or by external id."""


class BulkLeave(ParticipantLeaveBody, tag_field="type", tag="leave"):
    """A participant to remove, named by exactly one of the three ids."""


BulkItem = BulkJoin | BulkLeave


class BulkParticipantsBody(Body):
    """Joins and leaves, which take effect in this order."""

    items: Annotated[list[BulkItem], Meta(min_length=1, max_length=MOST_ITEMS)]
    atomic: bool | None = None
    """Whether the first refusal undoes everything."""


class BulkResult(Response):
    """What became of an item: the status that a single call would have had, with its participant or its errors."""

    index: int
    status: int
    participant: Participant | None = None
    errors: list[ItemError] | None = None


class BulkCounts(Response):
    """How many items had which outcome. `unchanged` are joins of participants."""

    joined: int
    left: int
    unchanged: int
    refused: int


class BulkParticipantsResponse(Response):
    """The results in the order of the items."""

    results: list[BulkResult]
    counts: BulkCounts


class MembersProgress(Response, tag_field="type", tag="progress"):
    """How many users have joined and left so far, of how many `joins` and `leaves`."""

    joined: int
    left: int
    joins: int
    leaves: int


class MembersSummary(Response, tag_field="type", tag="summary"):
    """How many users joined, left and stayed, or would do so after a dry run, and the version of the membership."""

    joined: int
    left: int
    stayed: int
    version: str
    dry_run: bool
