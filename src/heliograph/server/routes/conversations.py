"""Conversations."""

from __future__ import annotations

from heliograph.domain import conversations
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.conversations import ConversationListResponse, ConversationResponse


@handles("CreateConversation")
async def create(request: Request) -> ConversationResponse:
    return ConversationResponse(
        conversation=await conversations.create(
            request.store, request.tenant, request.body, request.settings.participant_limit
        )
    )


@handles("ListConversations")
async def list_conversations(request: Request) -> ConversationListResponse:
    filters = request.query.filter
    found = await conversations.page_of_user(
        request.store, request.tenant, filters.get("userId"), filters.get("userExternalId"), request.page
    )
    meta, links = request.neighbours(found)
    return ConversationListResponse(conversations=found.records, meta=meta, links=links)


@handles("GetConversation")
async def get(request: Request) -> ConversationResponse:
    return ConversationResponse(
        conversation=await conversations.get(request.store, request.tenant, request.path["conversationId"])
    )


@handles("UpdateConversation")
async def update(request: Request) -> ConversationResponse:
    return ConversationResponse(
        conversation=await conversations.update(
            request.store, request.tenant, request.path["conversationId"], request.body
        )
    )


@handles("DeleteConversation")
async def delete(request: Request) -> Empty:
    await conversations.delete(request.store, request.tenant, request.path["conversationId"])
    return Empty()
