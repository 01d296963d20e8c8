"""Lists of all users and conversations of an app."""

from __future__ import annotations

from heliograph.domain import listings
from heliograph.domain.listings import ListedPage
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.listings import (
    CONVERSATION_FILTERS,
    USER_FILTERS,
    AppUserListResponse,
    ConversationSummaryListResponse,
    ConversationSummaryResponse,
    parse_conversation_sort,
    parse_ids,
    parse_selection,
    parse_user_sort,
)
from heliograph.wire.paths import AppPath, ConversationPath
from heliograph.wire.table.extensions.app_contents import GET_APP_CONVERSATION, LIST_APP_CONVERSATIONS, LIST_APP_USERS


@handles(LIST_APP_USERS)
async def list_users(request: Request[AppPath, None]) -> AppUserListResponse:
    sort, page, ids = parse_user_sort(request.query.plain), request.page, parse_ids(request.query.filter)
    if ids is not None:
        found = ListedPage(await listings.users_with_ids(request.store, request.tenant, ids))
    else:
        selection = parse_selection(request.query.filter, USER_FILTERS, sort)
        found = await listings.page_of_users(request.store, request.tenant, sort, selection, page)
    meta, links = request.meta_and_links(found.slice)
    incomplete = found.incomplete or None
    return AppUserListResponse(users=found.slice.records, meta=meta, links=links, incomplete=incomplete)


@handles(LIST_APP_CONVERSATIONS)
async def list_conversations(request: Request[AppPath, None]) -> ConversationSummaryListResponse:
    sort = parse_conversation_sort(request.query.plain)
    selection = parse_selection(request.query.filter, CONVERSATION_FILTERS, sort)
    found = await listings.page_of_conversations(request.store, request.tenant, sort, selection, request.page)
    meta, links = request.meta_and_links(found.slice)
    incomplete = found.incomplete or None
    return ConversationSummaryListResponse(
        conversations=found.slice.records, meta=meta, links=links, incomplete=incomplete
    )


@handles(GET_APP_CONVERSATION)
async def get_conversation(request: Request[ConversationPath, None]) -> ConversationSummaryResponse:
    found = await listings.get_conversation(request.store, request.tenant, request.path.conversation_id)
    return ConversationSummaryResponse(conversation=found, participant_limit=request.settings.participant_limit)
