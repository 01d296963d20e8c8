"""Participants."""

from __future__ import annotations

from heliograph.domain import participants
from heliograph.domain.batch import conversation_batch
from heliograph.domain.membership import Joined
from heliograph.domain.writes import BatchWrite
from heliograph.server.handlers import handles, writes
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.base import encoded
from heliograph.wire.participants import (
    Participant,
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
)
from heliograph.wire.paths import ConversationPath
from heliograph.wire.table.v2.conversations import JOIN_CONVERSATION, LEAVE_CONVERSATION, LIST_PARTICIPANTS


@writes(JOIN_CONVERSATION)
async def join(request: Request[ConversationPath, ParticipantJoinBody]) -> BatchWrite[ParticipantResponse]:
    limit = request.settings.participant_limit
    verb = participants.joining(request.tenant, request.path.conversation_id, request.body, limit)
    return BatchWrite(conversation_batch, verb, _joined)


def _joined(outcome: Joined) -> ParticipantResponse:
    return ParticipantResponse(participant=outcome.response)


@handles(LIST_PARTICIPANTS)
async def list_participants(request: Request[ConversationPath, None]) -> ParticipantListResponse:
    found = await participants.page(request.store, request.tenant, request.path.conversation_id, request.page)
    listed = encoded(list[Participant], found.participants)
    return ParticipantListResponse(participants=listed, meta=found.meta, links=request.links(found.meta))


@writes(LEAVE_CONVERSATION)
async def leave(request: Request[ConversationPath, ParticipantLeaveBody]) -> BatchWrite[Empty]:
    verb = participants.leaving(request.tenant, request.path.conversation_id, request.body)
    return BatchWrite(conversation_batch, verb, lambda outcome: Empty())
