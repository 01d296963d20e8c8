"""The verb that lists the conversations that a user is in."""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct

from heliograph import ids
from heliograph.domain.loading import load_user
from heliograph.domain.slicing import sliced
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Reader, Row
from heliograph.storage.rows import members, memberships
from heliograph.storage.rows.memberships import JoinedConversation
from heliograph.storage.rows.participants import StoredMembership
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.memberships import MOST_SORTED, Membership, MembershipQuery
from heliograph.wire.paging import Page, Slice

_DIGEST_BYTES, _DIGEST_DIGITS = 7, 13
"""The length of the digest in the cursor of a membership: the bytes that are computed, and the digits that are used."""


class MembershipPage(Struct, frozen=True):
    """A page of memberships, and the number of all unread messages of the user if it was requested."""

    memberships: Slice[Membership]
    total_unread: int | None


async def page(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, query: MembershipQuery
) -> MembershipPage:
    """A page of the conversations that a user is in.

    Raises:
        BadRequest: the user is in too many conversations for this order, or for the number of unread messages.
        UserNotFound: the user does not exist in this app.
    """
    return await store.snapshot(_page, tenant.app_id, id_or_external_id, brand_id, query)


async def _page(
    reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None, query: MembershipQuery
) -> MembershipPage:
    user = await load_user(reader, app_id, id_or_external_id, brand_id)
    if query.sort == "activity":
        found = await _by_activity(reader, app_id, user.id, query.page)
    else:
        found = await memberships.page(reader, app_id, user.id, query.page, newest_first=query.sort == "newest")
        found = _with_cursors(found)
    shown = [_to_api(*one) for one in await _read(reader, app_id, found.records)]
    total = await _total_unread(reader, app_id, user.id) if query.with_unread else None
    return MembershipPage(found.holding(shown), total)


async def _by_activity(reader: Reader, app_id: str, user_id: str, page: Page) -> Slice[StoredMembership]:
    """A page of memberships, the one with the newest message first. An index in this order would change with each
    message, for each participant, so all memberships of the user are read and sorted."""
    stored = {one.conversation_id: one for one in await _all(reader, app_id, user_id)}
    found = await memberships.conversations(reader, [(app_id, id) for id in stored])
    return sliced([(_cursor(one), stored[one.id]) for one in found], page, newest_first=True)


def _cursor(conversation: JoinedConversation) -> str:
    """The place of a conversation in the order of activity, in the form of an id: the time, then a digest of the id."""
    digest = blake2b(conversation.id.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    return ids.earliest(conversation.last_updated_at)[: ids.TIME_DIGITS] + digest[:_DIGEST_DIGITS]


def _with_cursors(found: Slice[StoredMembership]) -> Slice[StoredMembership]:
    """The same memberships, with the ids of the participants as cursors."""
    if not found.records:
        return found
    first, last = found.records[0].participant_id, found.records[-1].participant_id
    return Slice(found.records, found.precedes, found.follows, first=first, last=last)


async def _total_unread(reader: Reader, app_id: str, user_id: str) -> int:
    pairs = await _read(reader, app_id, await _all(reader, app_id, user_id))
    return sum(_unread_count(row, conversation) for row, conversation in pairs)


async def _all(reader: Reader, app_id: str, user_id: str) -> list[StoredMembership]:
    found = await memberships.first(reader, app_id, user_id, MOST_SORTED + 1)
    if len(found) > MOST_SORTED:
        raise BadRequest(
            f"sort=activity and include=unread are limited to users in {MOST_SORTED:,} conversations; sort=newest and "
            "sort=oldest are not"
        )
    return found


async def _read(reader: Reader, app_id: str, stored: list[StoredMembership]) -> list[tuple[Row, JoinedConversation]]:
    """The participant and the conversation of each membership."""
    keys = [(app_id, one.conversation_id, one.participant_id) for one in stored]
    rows = {row[0]: row for row in await members.get_many(reader, keys)}
    found = await memberships.conversations(reader, [(app_id, one.conversation_id) for one in stored])
    by_id = {one.id: one for one in found}
    return [(rows[one.participant_id], by_id[one.conversation_id]) for one in stored]


def _to_api(row: Row, conversation: JoinedConversation) -> Membership:
    last_read = row[4]
    return Membership(
        conversation_id=conversation.id,
        participant_id=row[0],
        type=conversation.type,
        participant_count=conversation.participant_count,
        unread_count=_unread_count(row, conversation),
        joined_at=times.of_id(row[0]),
        last_updated_at=times.to_text(conversation.last_updated_at),
        display_name=conversation.display_name,
        last_read=times.optional_text(last_read),
    )


def _unread_count(row: Row, conversation: JoinedConversation) -> int:
    seen_seq: int = row[5]
    return conversation.message_seq - max(seen_seq, conversation.floor_seq)
