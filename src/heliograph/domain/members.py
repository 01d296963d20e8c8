"""The verbs that list the members of a conversation."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from heliograph import ids
from heliograph.domain.loading import load_conversation
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader
from heliograph.storage.rows import participants
from heliograph.storage.rows.participants import ListedParticipant
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.members import Member
from heliograph.wire.paging import Page, Slice


class MemberPage(Struct, frozen=True):
    """A page of the members of a conversation, and the version of the conversation, which each change renews."""

    members: Slice[Member]
    version: str


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> MemberPage:
    """A page of the members of a conversation, in the order of joining.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    return await store.read(_page, tenant.app_id, conversation_id, page)


async def _page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> MemberPage:
    found = await participants.page(reader, app_id, conversation_id, page)
    if found.records:
        version = found.records[0].version
    else:
        # A listed participant proves that the conversation exists; an empty page does not.
        version = (await load_conversation(reader, app_id, conversation_id)).newest_id
    return MemberPage(found.holding([_member(one) for one in found.records]), version or ids.FIRST)


def _member(listed: ListedParticipant) -> Member:
    return Member(
        id=listed.id,
        user_id=listed.user_id,
        unread_count=listed.unread_count,
        client_associations=cast(list[ClientAssociation], listed.client_associations),  # it is JSON already
        user_external_id=listed.user_external_id,
        last_read=None if listed.last_read is None else times.to_text(listed.last_read),
        joined_at=times.to_text(ids.milliseconds(listed.id)),
    )
