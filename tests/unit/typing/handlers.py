"""Handlers and rows for type checkers, which must refuse the marked lines. This module is never run."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import AppCreateBody, AppResponse, Empty
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.integrations import CustomIntegrationBody, IntegrationCreateBody, IntegrationResponse
from heliograph.wire.operations import Operation, PathTemplate
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody, ParticipantResponse
from heliograph.wire.paths import APP, AppPath, ConversationPath, I, MessagePath, NoPath
from heliograph.wire.table.extensions.deliveries import STREAM_EVENTS
from heliograph.wire.table.v2 import conversations
from heliograph.wire.table.v2.apps import CREATE_APP
from heliograph.wire.table.v2.conversations import GET_CONVERSATION, JOIN_CONVERSATION
from heliograph.wire.table.v2.integrations import CREATE_INTEGRATION


@handles(JOIN_CONVERSATION)
async def join(request: Request[ConversationPath, ParticipantJoinBody]) -> ParticipantResponse:
    print(request.path.app_id, request.tenant.app_id, request.body.user_id)
    print(request.path.conversationId)  # wrong
    print(request.path.message_id)  # wrong
    print(request.body.userId)  # wrong
    raise NotImplementedError


@handles(JOIN_CONVERSATION)  # wrong
async def body_of_another_row(request: Request[ConversationPath, ParticipantLeaveBody]) -> ParticipantResponse:
    raise NotImplementedError


@handles(JOIN_CONVERSATION)  # wrong
async def path_of_another_row(request: Request[MessagePath, ParticipantJoinBody]) -> ParticipantResponse:
    raise NotImplementedError


@handles(JOIN_CONVERSATION)  # wrong
async def response_of_another_row(request: Request[ConversationPath, ParticipantJoinBody]) -> AppResponse:
    raise NotImplementedError


@handles(JOIN_CONVERSATION)  # wrong
async def no_response(request: Request[ConversationPath, ParticipantJoinBody]) -> None:
    raise NotImplementedError


@handles("JoinConversation")  # wrong
async def bound_to_a_name(request: Request[ConversationPath, ParticipantJoinBody]) -> ParticipantResponse:
    raise NotImplementedError


@handles(conversations.JION_CONVERSATION)  # wrong
async def bound_to_no_row(request: Request[ConversationPath, ParticipantJoinBody]) -> ParticipantResponse:
    raise NotImplementedError


@handles(GET_CONVERSATION)  # wrong
async def body_where_the_row_has_none(request: Request[ConversationPath, ParticipantJoinBody]) -> Empty:
    raise NotImplementedError


@handles(CREATE_INTEGRATION)
async def every_kind_of_a_body(request: Request[AppPath, IntegrationCreateBody]) -> IntegrationResponse:
    raise NotImplementedError


@handles(CREATE_INTEGRATION)  # wrong
async def one_kind_of_a_body(request: Request[AppPath, CustomIntegrationBody]) -> IntegrationResponse:
    raise NotImplementedError


@handles(CREATE_APP)
async def no_app_in_the_path(request: Request[NoPath, AppCreateBody]) -> AppResponse:
    print(request.caller.key_id)
    print(request.tenant)  # wrong
    print(request.caller.app_id)  # wrong
    raise NotImplementedError


@handles(STREAM_EVENTS)
async def events(request: Request[AppPath, None]) -> AsyncGenerator[bytes, None]:
    print(request.body.trigger)  # wrong
    raise NotImplementedError


@handles(STREAM_EVENTS)  # wrong
async def json_in_place_of_events(request: Request[AppPath, None]) -> dict[str, Any]:
    raise NotImplementedError


OTHER = PathTemplate("/other", NoPath)
Operation("A", "GET", OTHER / "a", "Others", I, "An operation.", body=NO_BODY, response=Json(Empty))
Operation("B", "GET", "/other/b", "Others", I, "A path without a type.", body=NO_BODY, response=Json(Empty))  # wrong
Operation("C", "POST", APP, "Apps", I, "A body without a format.", body=AppCreateBody, response=Json(Empty))  # wrong
Operation("D", "GET", APP, "Apps", I, "A response without a format.", body=NO_BODY, response=Empty)  # wrong
