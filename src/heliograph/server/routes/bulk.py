"""Many changes of the membership of a conversation in one request."""

from __future__ import annotations

from heliograph.domain import bulk
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.bulk import BulkParticipantsBody, BulkParticipantsResponse
from heliograph.wire.paths import ConversationPath
from heliograph.wire.table.extensions.bulk import BULK_PARTICIPANTS


@handles(BULK_PARTICIPANTS)
async def bulk_participants(
    request: Request[ConversationPath, BulkParticipantsBody],
) -> BulkParticipantsResponse:
    return await bulk.change(
        request.store, request.tenant, request.path.conversation_id, request.body, request.settings.participant_limit
    )
