"""Messages and activities."""

from __future__ import annotations

from heliograph.domain import messages
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.activities import ActivityPost
from heliograph.wire.apps import Empty
from heliograph.wire.base import encoded
from heliograph.wire.messages import Message, MessageListResponse, MessagePost, MessagePostResponse
from heliograph.wire.paths import ConversationPath, MessagePath
from heliograph.wire.table.v2.conversations import (
    DELETE_ALL_MESSAGES,
    DELETE_MESSAGE,
    LIST_MESSAGES,
    POST_ACTIVITY,
    POST_MESSAGE,
)


@handles(POST_MESSAGE)
async def post(request: Request[ConversationPath, MessagePost]) -> MessagePostResponse:
    posted = await messages.post(
        request.store,
        request.tenant,
        request.path.conversation_id,
        request.body,
        with_stand_ins=request.stand_ins,
        fetching=request.media_fetching,
    )
    return MessagePostResponse(messages=[encoded(Message, posted)])


@handles(LIST_MESSAGES)
async def list_messages(request: Request[ConversationPath, None]) -> MessageListResponse:
    found = await messages.page(request.store, request.tenant, request.path.conversation_id, request.page)
    listed = encoded(list[Message], found.messages)
    return MessageListResponse(messages=listed, meta=found.meta, links=request.links(found.meta))


@handles(DELETE_MESSAGE)
async def delete(request: Request[MessagePath, None]) -> Empty:
    path = request.path
    await messages.delete(request.store, request.tenant, path.conversation_id, path.message_id)
    return Empty()


@handles(DELETE_ALL_MESSAGES)
async def delete_all(request: Request[ConversationPath, None]) -> Empty:
    await messages.delete_all(request.store, request.tenant, request.path.conversation_id)
    return Empty()


@handles(POST_ACTIVITY)
async def post_activity(request: Request[ConversationPath, ActivityPost]) -> Empty:
    await messages.post_activity(request.store, request.tenant, request.path.conversation_id, request.body)
    return Empty()
