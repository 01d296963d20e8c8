"""Handlers and rows for type checkers, which must refuse the marked lines. This module is never run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from heliograph.domain import participants
from heliograph.domain.batch import conversation_batch
from heliograph.domain.bulk import Change, Outcome, bulk_batch
from heliograph.domain.idempotency import IdempotencyKey, KeyedItem, Result, keyed
from heliograph.domain.membership import Join, Joined, Leave, Left
from heliograph.domain.user_creation import creation_batch
from heliograph.domain.verbs import Refused
from heliograph.domain.writes import BatchWrite, PiecewiseWrite
from heliograph.server.handlers import handles, writes
from heliograph.server.http.request import Request
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.apps import AppCreateBody, AppResponse, Empty
from heliograph.wire.formats import NO_BODY, Json, JsonOrAccepted
from heliograph.wire.integrations import CustomIntegrationBody, IntegrationCreateBody, IntegrationResponse
from heliograph.wire.operations import Operation, PathTemplate
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody, ParticipantResponse
from heliograph.wire.paths import APP, AppPath, ConversationPath, I, MessagePath, NoPath
from heliograph.wire.table.extensions.deliveries import STREAM_EVENTS
from heliograph.wire.table.v2 import conversations
from heliograph.wire.table.v2.apps import CREATE_APP
from heliograph.wire.table.v2.conversations import GET_CONVERSATION, JOIN_CONVERSATION, LEAVE_CONVERSATION
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


def _joined(outcome: Joined) -> ParticipantResponse:
    return ParticipantResponse(participant=outcome.response)


def _created(outcome: StoredUser) -> ParticipantResponse:
    raise NotImplementedError


@writes(JOIN_CONVERSATION)
async def join_in_a_batch(
    request: Request[ConversationPath, ParticipantJoinBody],
) -> BatchWrite[ParticipantResponse]:
    verb = participants.joining(request.tenant, request.path.conversation_id, request.body, 2)
    return BatchWrite(conversation_batch, verb, _joined)


@writes(LEAVE_CONVERSATION)
async def leave_in_a_batch(request: Request[ConversationPath, ParticipantLeaveBody]) -> BatchWrite[Empty]:
    verb = participants.leaving(request.tenant, request.path.conversation_id, request.body)
    return BatchWrite(conversation_batch, verb, lambda outcome: Empty())


@writes(LEAVE_CONVERSATION)  # wrong
async def write_of_another_row(
    request: Request[ConversationPath, ParticipantLeaveBody],
) -> BatchWrite[ParticipantResponse]:
    raise NotImplementedError


def response_of_another_verb(verb: Leave) -> BatchWrite[ParticipantResponse]:
    return BatchWrite(conversation_batch, verb, _joined)  # wrong


def field_of_another_outcome(verb: Leave) -> BatchWrite[bool]:
    return BatchWrite(conversation_batch, verb, lambda outcome: outcome.added)  # wrong


def item_of_another_batch(verb: Join) -> BatchWrite[ParticipantResponse]:
    return BatchWrite(creation_batch, verb, _created)  # wrong


def response_of_another_batch(verb: Join) -> BatchWrite[ParticipantResponse]:
    return BatchWrite(conversation_batch, verb, _created)  # wrong


def _count(start: int, outcomes: Sequence[Outcome]) -> int:
    return len(outcomes)


def _count_users(start: int, outcomes: Sequence[StoredUser]) -> int:
    return len(outcomes)


def _total(parts: Sequence[int]) -> int:
    return sum(parts)


def _greatest(parts: Sequence[str]) -> str:
    return max(parts)


def changes_in_pieces(verbs: Sequence[Change], names: Sequence[str]) -> list[PiecewiseWrite[int]]:
    return [
        PiecewiseWrite(bulk_batch, verbs, _count, _total, int),
        PiecewiseWrite(bulk_batch, names, _count, _total, int),  # wrong
        PiecewiseWrite(bulk_batch, verbs, _count_users, _total, int),  # wrong
        PiecewiseWrite(bulk_batch, verbs, _count, _total, str),  # wrong
    ]


def parts_of_another_type(verbs: Sequence[Change]) -> PiecewiseWrite[str]:
    return PiecewiseWrite(bulk_batch, verbs, _count, _greatest, int)  # wrong


async def _left_result(outcome: Left | Refused) -> Result:
    raise NotImplementedError


async def _joined_result(outcome: Joined | Refused) -> Result:
    raise NotImplementedError


async def keyed_items(store: Store, key: IdempotencyKey, verb: Leave) -> None:
    await store.submit(keyed(conversation_batch), KeyedItem(key, verb, _left_result))
    await store.submit(keyed(conversation_batch), KeyedItem(key, verb, _joined_result))  # wrong
    await store.submit(keyed(creation_batch), KeyedItem(key, verb, _left_result))  # wrong


OTHER = PathTemplate("/other", NoPath)
Operation("A", "GET", OTHER / "a", "Others", I, "An operation.", body=NO_BODY, response=Json(Empty))
Operation("B", "GET", "/other/b", "Others", I, "A path without a type.", body=NO_BODY, response=Json(Empty))  # wrong
Operation("C", "POST", APP, "Apps", I, "A body without a format.", body=AppCreateBody, response=Json(Empty))  # wrong
Operation("D", "GET", APP, "Apps", I, "A response without a format.", body=NO_BODY, response=Empty)  # wrong
Operation("E", "GTE", OTHER / "e", "Others", I, "No method.", body=NO_BODY, response=Json(Empty))  # wrong
Operation("F", "GET", APP, "Apps", I, "Without `is_finished`.", body=NO_BODY, response=JsonOrAccepted(Empty))  # wrong
