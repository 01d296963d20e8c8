"""The verbs of participants."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph.domain import views
from heliograph.domain.batch import perform
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join, Leave
from heliograph.domain.tenants import Tenant
from heliograph.errors import ConversationNotFound
from heliograph.storage.engine import Reader
from heliograph.storage.rows import conversations, participants
from heliograph.storage.store import Store
from heliograph.wire.paging import Page, PageMeta, page_meta
from heliograph.wire.participants import Participant, ParticipantJoinBody, ParticipantLeaveBody

_ENCODER = msgspec.json.Encoder()
_LISTING_OVERHEAD = 1000


async def join(
    store: Store, tenant: Tenant, conversation_id: str, body: ParticipantJoinBody, limit: int
) -> Participant:
    """Add a user to a group of up to `limit` participants. A user who is in it already stays the same participant.

    Raises:
        BadRequest: the conversation is not a group, or it is full.
        ConversationNotFound, UserNotFound: it does not exist in this app.
    """
    user = UserReference(body.user_id, body.user_external_id)
    joined = await perform(store, Join(tenant, conversation_id, user, bool(body.subscribe_sdk_client), limit))
    return joined.response


async def leave(store: Store, tenant: Tenant, conversation_id: str, body: ParticipantLeaveBody) -> None:
    """Remove a user from a group.

    Raises:
        BadRequest: the conversation is not a group.
        ConversationNotFound, UserNotFound, NotAMember: it does not exist in this app.
    """
    user = UserReference(body.user_id, body.user_external_id, participant_id=body.participant_id)
    await perform(store, Leave(tenant, conversation_id, user))


class Listing(Struct, frozen=True):
    """A page of participants: their JSON array, the cursors, and the version of the conversation."""

    participants: Raw
    meta: PageMeta
    version: str | None

    @property
    def size(self) -> int:
        """The approximate size in bytes."""
        return len(bytes(self.participants)) + _LISTING_OVERHEAD


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> Listing:
    """A page of a conversation's participants, in the order of joining.

    A page that was read before is reused while the version of the conversation is the same: then a request costs the
    read of one row.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    key = (tenant.app_id, conversation_id, page)
    known: Listing | None = store.remembered.get(key)
    if known and known.version == await store.read(conversations.version, tenant.app_id, conversation_id):
        return known
    listing = await store.read(_page, tenant.app_id, conversation_id, page)
    store.remembered.put(key, listing)
    return listing


async def _page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> Listing:
    found = await participants.page(reader, app_id, conversation_id, page)
    if not found.records:
        # A listed participant proves that the conversation exists; an empty page does not.
        if await conversations.get(reader, app_id, conversation_id) is None:
            raise ConversationNotFound
        return Listing(Raw(b"[]"), PageMeta(has_more=False), None)
    rows = found.records
    meta = page_meta(page, rows[0].id, rows[-1].id, precedes=found.precedes, follows=found.follows)
    return Listing(Raw(_ENCODER.encode([views.listed_participant(row) for row in rows])), meta, rows[0].version)
