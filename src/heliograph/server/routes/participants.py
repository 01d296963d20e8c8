"""Participants."""

from __future__ import annotations

from heliograph.domain import participants
from heliograph.server.handlers import handles
from heliograph.server.http import Request
from heliograph.wire.apps import Empty
from heliograph.wire.participants import ParticipantListResponse, ParticipantResponse


@handles("JoinConversation")
async def join(request: Request) -> ParticipantResponse:
    participant = await participants.join(
        request.store, request.tenant, request.path["conversationId"], request.body, request.settings.participant_limit
    )
    return ParticipantResponse(participant=participant)


@handles("ListParticipants")
async def list_participants(request: Request) -> ParticipantListResponse:
    found = await participants.page(request.store, request.tenant, request.path["conversationId"], request.page)
    meta, links = request.neighbours(found)
    return ParticipantListResponse(participants=found.records, meta=meta, links=links)


@handles("LeaveConversation")
async def leave(request: Request) -> Empty:
    await participants.leave(request.store, request.tenant, request.path["conversationId"], request.body)
    return Empty()
