"""The verbs that list the members of a conversation."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain.history import check_known
from heliograph.domain.loading import load_conversation
from heliograph.domain.slicing import sliced
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader, Row
from heliograph.storage.page_cache import CachedPage
from heliograph.storage.rows import history, members, participants, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.base import encoded
from heliograph.wire.members import Member, MemberFilter, MemberQuery, MemberUser
from heliograph.wire.paging import Page, PageMeta, Slice, page_meta
from heliograph.wire.users import Profile

_ENCODER = msgspec.json.Encoder()


class MemberPage(Struct, frozen=True):
    """A page of members: their JSON, its cursors, the version of the conversation, and the number of all members if it
    was requested."""

    members: Raw
    meta: PageMeta
    version: str | None
    total: int | None = None


async def page(store: Store, tenant: Tenant, conversation_id: str, query: MemberQuery) -> MemberPage:
    """A page of the members of a conversation.

    A cached page is used while the conversation has the same version.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    if query.at is not None:
        return await store.snapshot(_page_at, tenant.app_id, conversation_id, query.at, query.page)
    if not query.is_plain:
        return await store.snapshot(_page, tenant.app_id, conversation_id, query)
    if (cached := await store.cached_page(tenant.app_id, conversation_id, query)) is not None:
        return MemberPage(cached.participants, cached.meta, cached.version)
    found = await store.snapshot(_page, tenant.app_id, conversation_id, query)
    store.page_cache.put(tenant.app_id, conversation_id, query, CachedPage(found.members, found.meta, found.version))
    return found


async def _page(reader: Reader, app_id: str, conversation_id: str, query: MemberQuery) -> MemberPage:
    conversation = await load_conversation(reader, app_id, conversation_id)
    found = await _selected(reader, conversation, query)
    profiles = await _users(reader, app_id, found.records) if query.with_users else {}
    return MemberPage(
        Raw(_ENCODER.encode(_listed(found.records, conversation, profiles))),
        _meta(query.page, found),
        conversation.newest_id,
        conversation.participant_count if query.with_total else None,
    )


async def _page_at(reader: Reader, app_id: str, conversation_id: str, moment: int, page: Page) -> MemberPage:
    found = await history.page_at(reader, app_id, conversation_id, moment, page)
    if not found.records:
        await check_known(reader, app_id, conversation_id)
    listed = [
        Member(
            id=id,
            user_id=user_id,
            joined_at=times.of_id(joined_id),
            left_at=None if left_id is None else times.of_id(left_id),
        )
        for _, id, user_id, joined_id, left_id, *_ in found.records
    ]
    return MemberPage(Raw(_ENCODER.encode(listed)), _meta(page, found), None)


async def _selected(reader: Reader, conversation: StoredConversation, query: MemberQuery) -> Slice[Row]:
    filter = query.filter
    if filter.user_ids is not None or filter.user_external_ids is not None:
        named = [(row[0], row) for row in await _of_users(reader, conversation, filter)]
        return sliced(named, query.page, newest_first=query.newest_first)
    app_id, id, joined = conversation.app_id, conversation.id, _joined(filter)
    if not filter.unread:
        return await members.page(reader, app_id, id, query.page, joined, newest_first=query.newest_first)
    if conversation.floor_seq >= conversation.message_seq:
        return Slice([], precedes=False, follows=False)
    seq = conversation.message_seq
    return await members.unread_page(reader, app_id, id, query.page, joined, seq, newest_first=query.newest_first)


async def _of_users(reader: Reader, conversation: StoredConversation, filter: MemberFilter) -> list[Row]:
    """The members among the users of the filter that the rest of the filter selects, in the order of joining."""
    app_id, id = conversation.app_id, conversation.id
    user_ids = set(filter.user_ids or ())
    if filter.user_external_ids:
        named = await users.ids_of(reader, [(app_id, one, None) for one in filter.user_external_ids])
        user_ids.update(named.values())
    seats = await participants.ids_of_members(reader, [(app_id, id, user_id) for user_id in user_ids])
    first, last = _joined(filter)
    found = await members.get_many(reader, [seat for seat in seats if first <= seat[2] <= last])
    return [row for row in found if not filter.unread or _is_unread(row, conversation)]


def _joined(filter: MemberFilter) -> tuple[str, str]:
    """The bounds of the ids of participants who joined between the times of a filter: ids ascend with time."""
    after, before = filter.joined_after, filter.joined_before
    first = ids.FIRST if after is None else ids.earliest(after)
    return first, ids.LAST if before is None else ids.earliest(before)


async def _users(reader: Reader, app_id: str, rows: list[Row]) -> dict[str, MemberUser]:
    found = await users.profiles(reader, [(app_id, row[1]) for row in rows])
    return {
        one.id: MemberUser(id=one.id, profile=encoded(Profile, one.profile), external_id=one.external_id)
        for one in found
    }


def _listed(rows: list[Row], conversation: StoredConversation, found: dict[str, MemberUser]) -> list[Member]:
    # One expression for each row, because there may be 1,000 of them.
    message_seq, floor_seq = conversation.message_seq, conversation.floor_seq
    to_text, joined_at = times.to_text, times.of_id
    return [
        Member(
            id=row[0],
            user_id=row[1],
            user_external_id=row[2],
            client_associations=Raw(row[3]),  # type: ignore[arg-type] # it is JSON already
            last_read=None if row[4] is None else to_text(row[4]),
            unread_count=message_seq - (floor_seq if row[5] < floor_seq else row[5]),
            joined_at=joined_at(row[0]),
            user=found.get(row[1]),
        )
        for row in rows
    ]


def _is_unread(row: Row, conversation: StoredConversation) -> bool:
    return bool(max(row[5], conversation.floor_seq) < conversation.message_seq)


def _meta(page: Page, found: Slice[Row]) -> PageMeta:
    if not found.records and found.first is None:
        return PageMeta(has_more=False)
    first, last = found.first or found.records[0][0], found.last or found.records[-1][0]
    return page_meta(page, first, last, precedes=found.precedes, follows=found.follows)
