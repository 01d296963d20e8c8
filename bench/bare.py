"""The bare handler: Starlette and msgspec respond to the requests of the scenarios, and store nothing."""

from __future__ import annotations

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from heliograph.wire.activities import ActivityPost
from heliograph.wire.apps import Empty
from heliograph.wire.authors import Author, Source
from heliograph.wire.contents import TextMessage, TextMessageBody
from heliograph.wire.messages import Message, MessagePost, MessagePostResponse
from heliograph.wire.paging import DEFAULT_SIZE, MAX_SIZE, PageMeta
from heliograph.wire.participants import (
    Participant,
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
)
from heliograph.wire.users import Profile, User, UserCreateBody, UserResponse

_APP = "/v2/apps/{app_id}"
_CONVERSATION = f"{_APP}/conversations/{{conversation_id}}"
_ID = "6ae0a1e5f0040004a7d25e90"
_TIME = "2026-11-22T16:01:44.825Z"
_PARTICIPANT = Participant(id=_ID, user_id=_ID, unread_count=0, client_associations=[])
_PARTICIPANTS = {size: [_PARTICIPANT] * size for size in (DEFAULT_SIZE, MAX_SIZE)}


async def join(request: Request) -> Response:
    body = msgspec.json.decode(await request.body(), type=ParticipantJoinBody)
    participant = Participant(id=_ID, user_id=body.user_id or "", unread_count=0, client_associations=[])
    return _json(ParticipantResponse(participant=participant), 201)


async def leave(request: Request) -> Response:
    msgspec.json.decode(await request.body(), type=ParticipantLeaveBody)
    return _json(Empty())


async def post(request: Request) -> Response:
    body = msgspec.json.decode(await request.body(), type=MessagePost)
    assert isinstance(body.content, TextMessageBody)
    message = Message(
        id=_ID,
        received=_TIME,
        author=Author(type=body.author.type, user_id=body.author.user_id),
        content=TextMessage(text=body.content.text),
        source=Source(type="api:conversations"),
    )
    return _json(MessagePostResponse(messages=[message]), 201)


async def act(request: Request) -> Response:
    msgspec.json.decode(await request.body(), type=ActivityPost)
    return _json(Empty())


async def page(request: Request) -> Response:
    # The scenarios request the default size, or the maximum with a query.
    size = MAX_SIZE if request.scope["query_string"] else DEFAULT_SIZE
    return _json(ParticipantListResponse(participants=_PARTICIPANTS[size], meta=PageMeta(has_more=False)))


async def get_user(request: Request) -> Response:
    return _json(UserResponse(user=_user(request.path_params["user_id"], None, Profile())))


async def create_user(request: Request) -> Response:
    body = msgspec.json.decode(await request.body(), type=UserCreateBody)
    given = body.profile.given_name if body.profile else None
    return _json(UserResponse(user=_user(_ID, body.external_id, Profile(given_name=given or None))), 201)


def _user(user_id: str, external_id: str | None, profile: Profile) -> User:
    return User(
        id=user_id,
        authenticated=False,
        signed_up_at=_TIME,
        profile=profile,
        metadata={},
        identities=[],
        external_id=external_id,
    )


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


app = Starlette(
    routes=[
        Route(f"{_CONVERSATION}/join", join, methods=["POST"]),
        Route(f"{_CONVERSATION}/leave", leave, methods=["POST"]),
        Route(f"{_CONVERSATION}/messages", post, methods=["POST"]),
        Route(f"{_CONVERSATION}/activity", act, methods=["POST"]),
        Route(f"{_CONVERSATION}/participants", page),
        Route(f"{_APP}/users", create_user, methods=["POST"]),
        Route(f"{_APP}/users/{{user_id}}", get_user),
    ]
)
