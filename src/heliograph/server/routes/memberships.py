"""Lists of the members of a conversation."""

from __future__ import annotations

from heliograph import ids
from heliograph.domain import members
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.base import encoded
from heliograph.wire.members import Member, MemberListResponse, parse_member_query
from heliograph.wire.paths import ConversationPath
from heliograph.wire.table.extensions.memberships import LIST_MEMBERS


@handles(LIST_MEMBERS)
async def list_members(request: Request[ConversationPath, None]) -> MemberListResponse:
    query = parse_member_query(request.page, request.query.filter, request.query.plain)
    found = await members.page(request.store, request.tenant, request.path.conversation_id, query)
    request.response_headers["etag"] = f'"{found.version or ids.FIRST}"'
    listed = encoded(list[Member], found.members)
    return MemberListResponse(participants=listed, meta=found.meta, links=request.links(found.meta), total=found.total)
