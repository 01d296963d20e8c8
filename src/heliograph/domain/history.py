"""The verbs that list who joined and left conversations."""

from __future__ import annotations

from operator import attrgetter

from heliograph import ids
from heliograph.domain.loading import load_conversation, load_user
from heliograph.domain.slicing import merged, sliced
from heliograph.domain.tenants import Tenant
from heliograph.errors import UserNotFound
from heliograph.storage.engine import Reader
from heliograph.storage.merged_paging import Between
from heliograph.storage.rows import history, memberships, participants
from heliograph.storage.rows.causes import decode_cause
from heliograph.storage.rows.history import Change
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.history import HistoryFilter, MembershipChange
from heliograph.wire.paging import Page, Slice


async def page_of_conversation(
    store: Store, tenant: Tenant, conversation_id: str, filter: HistoryFilter, page: Page
) -> Slice[MembershipChange]:
    """A page of the changes of a conversation, oldest first; for a deleted conversation, the changes that are kept.

    Raises:
        ConversationNotFound: it does not exist in this app, and no changes of it are kept.
    """
    return await store.snapshot(_page_of_conversation, tenant.app_id, conversation_id, filter, page)


async def _page_of_conversation(
    reader: Reader, app_id: str, conversation_id: str, filter: HistoryFilter, page: Page
) -> Slice[MembershipChange]:
    await check_known(reader, app_id, conversation_id)
    between = _between(filter)
    if filter.user_id is None:
        found = await history.page_of_conversation(reader, app_id, conversation_id, page, between)
        return _slice_to_api(found)
    user_id = filter.user_id
    seats = await participants.ids_of_members(reader, [(app_id, conversation_id, user_id)])
    joined = [_joined(one) for one in await participants.get_many(reader, seats)]
    named = [(one.id, one) for one in joined if between.first <= one.id < between.end]

    async def present(part: Page) -> Slice[MembershipChange]:
        return sliced(named, part, newest_first=False)

    async def ended(part: Page) -> Slice[MembershipChange]:
        return _slice_to_api(await history.page_of_user(reader, app_id, user_id, part, between, conversation_id))

    return await merged((present, ended), page)


async def check_known(reader: Reader, app_id: str, conversation_id: str) -> None:
    """Check that a conversation exists, or that changes of it are kept.

    Raises:
        ConversationNotFound: it does not exist in this app, and no changes of it are kept.
    """
    if not await history.exists(reader, app_id, conversation_id):
        await load_conversation(reader, app_id, conversation_id)


async def page_of_user(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, filter: HistoryFilter, page: Page
) -> Slice[MembershipChange]:
    """A page of the changes of a user in all conversations, oldest first; for a deleted user, the changes that are
    kept.

    Raises:
        UserNotFound: the user does not exist in this app, and no changes of the user are kept.
    """
    return await store.snapshot(_page_of_user, tenant.app_id, id_or_external_id, brand_id, filter, page)


async def _page_of_user(
    reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None, filter: HistoryFilter, page: Page
) -> Slice[MembershipChange]:
    try:
        user_id = (await load_user(reader, app_id, id_or_external_id, brand_id)).id
    except UserNotFound:
        user_id = id_or_external_id
        if not (await history.page_of_user(reader, app_id, user_id, Page(None, None, 1), Between())).records:
            raise
    between = _between(filter)

    async def present(part: Page) -> Slice[MembershipChange]:
        found = await memberships.page_of_joinings(reader, app_id, user_id, part, between)
        keys = [(app_id, one.conversation_id, one.participant_id) for _, one in found.records]
        joined = [_joined(one) for one in await participants.get_many(reader, keys)]
        return found.holding(sorted(joined, key=attrgetter("id")))

    async def ended(part: Page) -> Slice[MembershipChange]:
        return _slice_to_api(await history.page_of_user(reader, app_id, user_id, part, between))

    return await merged((present, ended), page)


def _slice_to_api(found: Slice[Change]) -> Slice[MembershipChange]:
    return found.holding([to_api(change) for change in found.records])


def _between(filter: HistoryFilter) -> Between:
    first = ids.FIRST if filter.after is None else ids.earliest(filter.after)
    return Between(first, ids.LAST if filter.before is None else ids.earliest(filter.before))


def _joined(participant: StoredParticipant) -> MembershipChange:
    whose = (participant.id, participant.user_id)
    return to_api(Change(participant.joined_id, True, *whose, participant.origin, participant.conversation_id))


def to_api(change: Change) -> MembershipChange:
    """A change as responses show it."""
    cause = None if change.cause is None else decode_cause(change.cause, change.id)
    return MembershipChange(
        id=change.id,
        type="joined" if change.is_joining else "left",
        time=times.of_id(change.id),
        conversation_id=change.conversation_id,
        user_id=change.user_id,
        participant_id=change.participant_id,
        reason=cause.reason if cause else None,
        key_id=cause.key_id if cause else None,
        request_id=cause.request_id if cause else None,
    )
