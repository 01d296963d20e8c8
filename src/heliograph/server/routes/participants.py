"""Participants."""

from __future__ import annotations

from heliograph.domain import participants
from heliograph.server.handlers import handles
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


@handles(JOIN_CONVERSATION)
async def join(request: Request[ConversationPath, ParticipantJoinBody]) -> ParticipantResponse:
    participant = await participants.join(
        request.store, request.tenant, request.path.conversation_id, request.body, request.settings.participant_limit
    )
    return ParticipantResponse(participant=participant)


@handles(LIST_PARTICIPANTS)
async def list_participants(request: Request[ConversationPath, None]) -> ParticipantListResponse:
    found = await participants.page(request.store, request.tenant, request.path.conversation_id, request.page)
    listed = encoded(list[Participant], found.participants)
    return ParticipantListResponse(participants=listed, meta=found.meta, links=request.links(found.meta))


@handles(LEAVE_CONVERSATION)
async def leave(request: Request[ConversationPath, ParticipantLeaveBody]) -> Empty:
    await participants.leave(request.store, request.tenant, request.path.conversation_id, request.body)
    return Empty()
