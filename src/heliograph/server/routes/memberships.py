"""Lists of the members of a conversation."""

from __future__ import annotations

from heliograph.domain import members
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.members import MemberListResponse
from heliograph.wire.paths import ConversationPath
from heliograph.wire.table.extensions.memberships import LIST_MEMBERS


@handles(LIST_MEMBERS)
async def list_members(request: Request[ConversationPath, None]) -> MemberListResponse:
    found = await members.page(request.store, request.tenant, request.path.conversation_id, request.page)
    request.response_headers["etag"] = f'"{found.version}"'
    meta, links = request.meta_and_links(found.members)
    return MemberListResponse(participants=found.members.records, meta=meta, links=links)
