"""Acts of end users and channels, below `/heliograph/v1`."""

from __future__ import annotations

from functools import partial

from heliograph.domain import conversations, inbound, outcomes
from heliograph.domain.inbound import Act
from heliograph.domain.writes import SingleWrite
from heliograph.server.handlers import handles, writes
from heliograph.server.http.request import Request
from heliograph.storage.engine import Tx
from heliograph.wire.apps import Empty
from heliograph.wire.base import encoded
from heliograph.wire.conversations import ConversationResponse
from heliograph.wire.inbound import BeginConversationBody, InboundBody, InboundResponse, MessageOutcomeBody
from heliograph.wire.messages import Message
from heliograph.wire.paths import ConversationPath, MessagePath, UserPath
from heliograph.wire.table.extensions.end_users import BEGIN_CONVERSATION, POST_INBOUND, REPORT_MESSAGE_OUTCOME


@handles(BEGIN_CONVERSATION)
async def begin_conversation(request: Request[UserPath, BeginConversationBody]) -> ConversationResponse:
    begun = await conversations.begin(
        request.store, request.tenant, request.path.user_id_or_external_id, request.brand_id, request.body
    )
    return ConversationResponse(conversation=begun)


@writes(POST_INBOUND)
async def post_inbound(request: Request[ConversationPath, InboundBody]) -> SingleWrite[InboundResponse]:
    act = await inbound.prepare(
        request.store, request.tenant, request.path.conversation_id, request.body, request.media_fetching
    )
    return SingleWrite(partial(_act, act))


async def _act(act: Act, tx: Tx) -> InboundResponse:
    return InboundResponse(messages=[encoded(Message, one) for one in await inbound.act(tx, act)])


@handles(REPORT_MESSAGE_OUTCOME)
async def report_message_outcome(request: Request[MessagePath, MessageOutcomeBody]) -> Empty:
    path = request.path
    await outcomes.report(request.store, request.tenant, path.conversation_id, path.message_id, request.body)
    return Empty()
