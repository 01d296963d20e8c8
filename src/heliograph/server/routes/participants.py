"""Participants."""

from __future__ import annotations

from typing import cast

from heliograph.domain import participants
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request, links_of
from heliograph.wire.apps import Empty
from heliograph.wire.participants import Participant, ParticipantListResponse, ParticipantResponse


@handles("JoinConversation")
async def join(request: Request) -> ParticipantResponse:
    participant = await participants.join(
        request.store, request.tenant, request.path["conversationId"], request.body, request.settings.participant_limit
    )
    return ParticipantResponse(participant=participant)


@handles("ListParticipants")
async def list_participants(request: Request) -> ParticipantListResponse:
    found = await participants.page(request.store, request.tenant, request.path["conversationId"], request.page)
    # The participants are JSON already.
    listed = cast(list[Participant], found.participants)
    return ParticipantListResponse(participants=listed, meta=found.meta, links=links_of(request, found.meta))


@handles("LeaveConversation")
async def leave(request: Request) -> Empty:
    await participants.leave(request.store, request.tenant, request.path["conversationId"], request.body)
    return Empty()
