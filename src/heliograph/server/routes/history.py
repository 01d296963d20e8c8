"""Who joined and left conversations, and when."""

from __future__ import annotations

from heliograph.domain import history
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.history import HistoryResponse, parse_history_filter
from heliograph.wire.paths import ConversationPath, UserPath
from heliograph.wire.table.extensions.history import LIST_CONVERSATION_HISTORY, LIST_USER_HISTORY


@handles(LIST_CONVERSATION_HISTORY)
async def list_conversation_history(request: Request[ConversationPath, None]) -> HistoryResponse:
    filter = parse_history_filter(request.query.filter)
    found = await history.page_of_conversation(
        request.store, request.tenant, request.path.conversation_id, filter, request.page
    )
    meta, links = request.meta_and_links(found)
    return HistoryResponse(changes=found.records, meta=meta, links=links)


@handles(LIST_USER_HISTORY)
async def list_user_history(request: Request[UserPath, None]) -> HistoryResponse:
    user, filter = request.path.user_id_or_external_id, parse_history_filter(request.query.filter)
    found = await history.page_of_user(request.store, request.tenant, user, request.brand_id, filter, request.page)
    meta, links = request.meta_and_links(found)
    return HistoryResponse(changes=found.records, meta=meta, links=links)
