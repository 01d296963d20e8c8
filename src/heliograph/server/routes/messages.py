"""Messages and activities."""

from __future__ import annotations

from heliograph.domain import messages
from heliograph.domain.batch import conversation_batch
from heliograph.domain.posting import MessagePosted
from heliograph.domain.writes import BatchWrite
from heliograph.server.handlers import handles, writes
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


@writes(POST_MESSAGE)
async def post(request: Request[ConversationPath, MessagePost]) -> BatchWrite[MessagePostResponse]:
    verb = await messages.posting(
        request.store,
        request.tenant,
        request.path.conversation_id,
        request.body,
        with_stand_ins=request.stand_ins,
        fetching=request.media_fetching,
    )
    return BatchWrite(conversation_batch, verb, _posted)


def _posted(outcome: MessagePosted) -> MessagePostResponse:
    return MessagePostResponse(messages=[encoded(Message, outcome.message)])


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


@writes(POST_ACTIVITY)
async def post_activity(request: Request[ConversationPath, ActivityPost]) -> BatchWrite[Empty]:
    verb = messages.acting(request.tenant, request.path.conversation_id, request.body)
    return BatchWrite(conversation_batch, verb, lambda outcome: Empty())
