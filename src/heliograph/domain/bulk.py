"""Many joins and leaves of one conversation: the verbs of single ones, in pieces of which each is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TypeAlias

from heliograph.domain.batch import conversation_batch, gather
from heliograph.domain.changes import Changes
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import ApiError, ConversationNotFound, NotAGroup
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store
from heliograph.wire.bulk import (
    BulkCounts,
    BulkItem,
    BulkJoin,
    BulkParticipantsBody,
    BulkParticipantsResponse,
    BulkResult,
)
from heliograph.wire.lines import ItemError

Change: TypeAlias = Join | Leave
Outcome: TypeAlias = Joined | Left | Refused


async def change(
    store: Store, tenant: Tenant, conversation_id: str, body: BulkParticipantsBody, limit: int
) -> BulkParticipantsResponse:
    """Make the joins and leaves in order, in a group of up to `limit` participants.

    Raises:
        ConversationNotFound: it does not exist in this app.
        BadRequest: the conversation is not a group.
        ApiError: with `atomic`, the first refusal of an item; nothing has changed.
    """
    changes = [_change(tenant, conversation_id, item, limit) for item in body.items]
    if body.atomic:
        async with store.turns.next():
            outcomes = await store.write(_all_or_none, changes)
    else:
        outcomes = await _in_pieces(store, changes)
    return _response(outcomes)


def _change(tenant: Tenant, conversation_id: str, item: BulkItem, limit: int) -> Change:
    if isinstance(item, BulkJoin):
        user = UserReference(item.user_id, item.user_external_id)
        return Join(tenant, conversation_id, user, bool(item.subscribe_sdk_client), limit)
    user = UserReference(item.user_id, item.user_external_id, participant_id=item.participant_id)
    return Leave(tenant, conversation_id, user)


async def _in_pieces(store: Store, changes: Sequence[Change]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    left = iter(changes)
    while len(outcomes) < len(changes):
        async with store.turns.next() as size:
            done = await store.submit(bulk_batch, list(islice(left, size)))
        if not outcomes:
            _require_group(done[0])
        outcomes += done
    return outcomes


async def bulk_batch(tx: Tx, pieces: Sequence[Sequence[Change]]) -> list[list[Outcome]]:
    """Decide the changes of all pieces, and save them; returns the outcomes of each piece."""
    outcomes = iter(await conversation_batch(tx, [one for piece in pieces for one in piece]))
    return [list(islice(outcomes, len(piece))) for piece in pieces]


async def _all_or_none(tx: Tx, verbs: Sequence[Change]) -> list[Outcome]:
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
    return outcomes


def _require_group(first: Outcome) -> None:
    """Raise the refusals that are about the conversation, and so the same for all items."""
    if isinstance(first, Refused) and isinstance(error := raised(first), ConversationNotFound | NotAGroup):
        raise error


def raised(refused: Refused) -> ApiError:
    """The error of a refusal."""
    return refused.error() if isinstance(refused.error, type) else refused.error


def _response(outcomes: Sequence[Outcome]) -> BulkParticipantsResponse:
    counts = BulkCounts(joined=0, left=0, unchanged=0, refused=0)
    results = [_result(index, outcome, counts) for index, outcome in enumerate(outcomes)]
    return BulkParticipantsResponse(results=results, counts=counts)


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
