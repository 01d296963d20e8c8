"""Lists of the members of a conversation, and of the conversations that a user is in."""

from __future__ import annotations

from heliograph import ids
from heliograph.domain import members, memberships
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.base import encoded
from heliograph.wire.members import Member, MemberListResponse, parse_member_query
from heliograph.wire.memberships import MembershipListResponse, parse_membership_query
from heliograph.wire.paths import ConversationPath, UserPath
from heliograph.wire.table.extensions.memberships import LIST_MEMBERS, LIST_MEMBERSHIPS


@handles(LIST_MEMBERS)
async def list_members(request: Request[ConversationPath, None]) -> MemberListResponse:
    query = parse_member_query(request.page, request.query.filter, request.query.plain)
    found = await members.page(request.store, request.tenant, request.path.conversation_id, query)
    if query.at is None:
        request.response_headers["etag"] = f'"{found.version or ids.FIRST}"'
    listed = encoded(list[Member], found.members)
    return MemberListResponse(participants=listed, meta=found.meta, links=request.links(found.meta), total=found.total)


@handles(LIST_MEMBERSHIPS)
async def list_memberships(request: Request[UserPath, None]) -> MembershipListResponse:
    query = parse_membership_query(request.page, request.query.plain)
    user = request.path.user_id_or_external_id
    found = await memberships.page(request.store, request.tenant, user, request.brand_id, query)
    meta, links = request.meta_and_links(found.memberships)
    return MembershipListResponse(
        memberships=found.memberships.records, meta=meta, links=links, total_unread=found.total_unread
    )
