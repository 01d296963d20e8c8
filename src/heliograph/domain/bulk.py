"""Many joins and leaves of one conversation: the verbs of single ones, in pieces that share a transaction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from heliograph.domain import views
from heliograph.domain.batch import conversation_batch, gather
from heliograph.domain.changes import Changes
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import ApiError
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store
from heliograph.wire.bulk import BulkCounts, BulkItem, BulkJoin, BulkParticipantsBody, BulkParticipantsResponse, BulkResult, ItemError

Verb = Join | Leave
Outcome = Joined | Left | Refused

PIECE = int(os.environ.get("PIECE", "128"))
HOW = os.environ.get("HOW", "write")


async def pieces_batch(tx: Tx, pieces: Sequence[Sequence[Any]]) -> list[Any]:
    outcomes = await conversation_batch(tx, [verb for piece in pieces for verb in piece])
    found, start = [], 0
    for piece in pieces:
        found.append(outcomes[start : start + len(piece)])
        start += len(piece)
    return found


async def change(store: Store, tenant: Tenant, conversation_id: str, body: BulkParticipantsBody, limit: int) -> BulkParticipantsResponse:
    verbs = [_verb(tenant, conversation_id, item, limit) for item in body.items]
    outcomes = []
    if body.atomic:
        outcomes = await store.write(conversation_batch, verbs)
    else:
        for start in range(0, len(verbs), PIECE):
            piece = verbs[start : start + PIECE]
            if HOW == "write":
                outcomes += await store.write(conversation_batch, piece)
            else:
                outcomes += await store.submit(pieces_batch, piece)
    results = [_result(index, outcome) for index, outcome in enumerate(outcomes)]
    return BulkParticipantsResponse(results=results, counts=BulkCounts(joined=0, left=0, unchanged=0, refused=0))


def _verb(tenant: Tenant, conversation_id: str, item: BulkItem, limit: int) -> Verb:
    if isinstance(item, BulkJoin):
        user = UserReference(item.user_id, item.user_external_id)
        return Join(tenant, conversation_id, user, bool(item.subscribe_sdk_client), limit)
    user = UserReference(item.user_id, item.user_external_id, participant_id=item.participant_id)
    return Leave(tenant, conversation_id, user)


def _result(index: int, outcome: Outcome) -> BulkResult:
    match outcome:
        case Joined():
            return BulkResult(index=index, status=201, participant=outcome.response)
        case Left():
            return BulkResult(index=index, status=200)
    error = outcome.error() if isinstance(outcome.error, type) else outcome.error
    return BulkResult(index=index, status=error.status, errors=[ItemError(code=error.code, title=title) for title in error.titles])
