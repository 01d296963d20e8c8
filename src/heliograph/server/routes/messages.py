"""Messages and activities."""

from __future__ import annotations

from typing import cast

from heliograph.domain import messages
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request, links_of
from heliograph.wire.apps import Empty
from heliograph.wire.messages import Message, MessageListResponse, MessagePostResponse


@handles("PostMessage")
async def post(request: Request) -> MessagePostResponse:
    posted = await messages.post(request.store, request.tenant, request.path["conversationId"], request.body)
    # The message is JSON already, and so are those of a page.
    return MessagePostResponse(messages=[cast(Message, posted)])


@handles("ListMessages")
async def list_messages(request: Request) -> MessageListResponse:
    found = await messages.page(request.store, request.tenant, request.path["conversationId"], request.page)
    listed = cast(list[Message], found.messages)
    return MessageListResponse(messages=listed, meta=found.meta, links=links_of(request, found.meta))


@handles("DeleteMessage")
async def delete(request: Request) -> Empty:
    path = request.path
    await messages.delete(request.store, request.tenant, path["conversationId"], path["messageId"])
    return Empty()


@handles("DeleteAllMessages")
async def delete_all(request: Request) -> Empty:
    await messages.delete_all(request.store, request.tenant, request.path["conversationId"])
    return Empty()


@handles("PostActivity")
async def act(request: Request) -> Empty:
    await messages.post_activity(request.store, request.tenant, request.path["conversationId"], request.body)
    return Empty()
