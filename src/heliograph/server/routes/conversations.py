"""Conversations."""

from __future__ import annotations

from heliograph.domain import conversations
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.conversations import (
    ConversationCreateBody,
    ConversationListResponse,
    ConversationResponse,
    ConversationUpdateBody,
)
from heliograph.wire.paths import AppPath, ConversationPath
from heliograph.wire.table.v2.conversations import (
    CREATE_CONVERSATION,
    DELETE_CONVERSATION,
    GET_CONVERSATION,
    LIST_CONVERSATIONS,
    UPDATE_CONVERSATION,
)


@handles(CREATE_CONVERSATION)
async def create(request: Request[AppPath, ConversationCreateBody]) -> ConversationResponse:
    return ConversationResponse(
        conversation=await conversations.create(
            request.store, request.tenant, request.body, request.settings.participant_limit
        )
    )


@handles(LIST_CONVERSATIONS)
async def list_conversations(request: Request[AppPath, None]) -> ConversationListResponse:
    filters = request.query.filter
    found = await conversations.page_of_user(
        request.store, request.tenant, filters.get("userId"), filters.get("userExternalId"), request.page
    )
    meta, links = request.meta_and_links(found)
    return ConversationListResponse(conversations=found.records, meta=meta, links=links)


@handles(GET_CONVERSATION)
async def get(request: Request[ConversationPath, None]) -> ConversationResponse:
    return ConversationResponse(
        conversation=await conversations.get(request.store, request.tenant, request.path.conversation_id)
    )


@handles(UPDATE_CONVERSATION)
async def update(request: Request[ConversationPath, ConversationUpdateBody]) -> ConversationResponse:
    return ConversationResponse(
        conversation=await conversations.update(
            request.store, request.tenant, request.path.conversation_id, request.body
        )
    )


@handles(DELETE_CONVERSATION)
async def delete(request: Request[ConversationPath, None]) -> Empty:
    await conversations.delete(request.store, request.tenant, request.path.conversation_id)
    return Empty()
