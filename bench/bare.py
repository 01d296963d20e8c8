"""What the framework costs by itself: Starlette and msgspec answer a join, a leave and a list, and store nothing."""

from __future__ import annotations

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heliograph.wire.apps import Empty
from heliograph.wire.paging import PageMeta
from heliograph.wire.participants import (
    Participant,
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
)

_CONVERSATION = "/v2/apps/{app_id}/conversations/{conversation_id}"
_ID = "6ae0a1e5f0040004a7d25e90"
_PARTICIPANTS = [Participant(id=_ID, user_id=_ID, unread_count=0, client_associations=[]) for _ in range(25)]


async def join(request: Request) -> Response:
    body = msgspec.json.decode(await request.body(), type=ParticipantJoinBody)
    participant = Participant(id=_ID, user_id=body.user_id or "", unread_count=0, client_associations=[])
    return Response(
        msgspec.json.encode(ParticipantResponse(participant=participant)), 201, media_type="application/json"
    )


async def leave(request: Request) -> Response:
    msgspec.json.decode(await request.body(), type=ParticipantLeaveBody)
    return Response(msgspec.json.encode(Empty()), media_type="application/json")


async def page(request: Request) -> Response:
    answer = ParticipantListResponse(participants=_PARTICIPANTS, meta=PageMeta(has_more=False))
    return Response(msgspec.json.encode(answer), media_type="application/json")


app = Starlette(
    routes=[
        Route(f"{_CONVERSATION}/join", join, methods=["POST"]),
        Route(f"{_CONVERSATION}/leave", leave, methods=["POST"]),
        Route(f"{_CONVERSATION}/participants", page),
    ]
)
