"""Many joins and leaves of one conversation, with the verbs of single ones: in pieces, each in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import TypeAlias

from heliograph.domain.batch import conversation_batch, gather
from heliograph.domain.changes import Changes
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused, Verb, raised
from heliograph.domain.writes import PiecewiseWrite, SingleWrite, Write
from heliograph.errors import ConversationNotFound, NotAGroup
from heliograph.storage.engine import Tx
from heliograph.wire.bulk import (
    BulkCounts,
    BulkItem,
    BulkJoin,
    BulkParticipantsBody,
    BulkParticipantsResponse,
    BulkResult,
)
from heliograph.wire.lines import ItemError

Change: TypeAlias = Verb[Joined | Left]
Outcome: TypeAlias = Joined | Left | Refused


def change(
    tenant: Tenant, conversation_id: str, body: BulkParticipantsBody, limit: int
) -> Write[BulkParticipantsResponse]:
    """The write that performs the joins and leaves in order, in a group of up to `limit` participants.

    It is refused if the conversation does not exist or is not a group and, with `atomic`, if an item is refused.
    """
    changes = [_change(tenant, conversation_id, item, limit) for item in body.items]
    if body.atomic:
        return SingleWrite(partial(_all_or_none, changes), is_large=True)
    return PiecewiseWrite(bulk_batch, changes, _response, _merged, BulkParticipantsResponse)


def _change(tenant: Tenant, conversation_id: str, item: BulkItem, limit: int) -> Change:
    if isinstance(item, BulkJoin):
        user = UserReference(item.user_id, item.user_external_id)
        return Join(tenant, conversation_id, user, bool(item.subscribe_sdk_client), limit)
    user = UserReference(item.user_id, item.user_external_id, participant_id=item.participant_id)
    return Leave(tenant, conversation_id, user)


async def bulk_batch(tx: Tx, pieces: Sequence[Sequence[Change]]) -> list[list[Outcome]]:
    """Decide the changes of all pieces, and save them; returns the outcomes of each piece."""
    outcomes = iter(await conversation_batch(tx, [one for piece in pieces for one in piece]))
    return [list(islice(outcomes, len(piece))) for piece in pieces]


async def _all_or_none(verbs: Sequence[Change], tx: Tx) -> BulkParticipantsResponse:
    facts = await gather(tx, [verb.needs() for verb in verbs])
    changes = Changes(tx.now, facts)
    outcomes: list[Outcome] = []
    for index, verb in enumerate(verbs):
        outcome = verb.decide(facts, changes)
        if isinstance(outcome, Refused):
            _require_group(outcome)
            error = raised(outcome)
            raise type(error)(*(f"items[{index}]: {title}" for title in error.titles))
        outcomes.append(outcome)
    await changes.save(tx)
    return _response(0, outcomes)


def _require_group(first: Outcome) -> None:
    """Raise a refusal that concerns the conversation, because it is the same for all items."""
    if isinstance(first, Refused) and isinstance(error := raised(first), ConversationNotFound | NotAGroup):
        raise error


def _response(start: int, outcomes: Sequence[Outcome]) -> BulkParticipantsResponse:
    """The response for a piece that begins with the item at this index."""
    if not start:
        _require_group(outcomes[0])
    counts = BulkCounts(joined=0, left=0, unchanged=0, refused=0)
    results = [_result(index, outcome, counts) for index, outcome in enumerate(outcomes, start)]
    return BulkParticipantsResponse(results=results, counts=counts)


def _merged(parts: Sequence[BulkParticipantsResponse]) -> BulkParticipantsResponse:
    counts = BulkCounts(joined=0, left=0, unchanged=0, refused=0)
    for part in parts:
        counts.joined += part.counts.joined
        counts.left += part.counts.left
        counts.unchanged += part.counts.unchanged
        counts.refused += part.counts.refused
    return BulkParticipantsResponse(results=[one for part in parts for one in part.results], counts=counts)


def _result(index: int, outcome: Outcome, counts: BulkCounts) -> BulkResult:
    match outcome:
        case Joined(added=added):
            counts.joined += added
            counts.unchanged += not added
            return BulkResult(index=index, status=201, participant=outcome.response)
        case Left():
            counts.left += 1
            return BulkResult(index=index, status=200)
    counts.refused += 1
    error = raised(outcome)
    errors = [ItemError(code=error.code, title=title) for title in error.titles]
    return BulkResult(index=index, status=error.status, errors=errors)
