"""The verbs of participants."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph.domain.hot import hot_verbs
from heliograph.domain.membership import Join, Joined, Leave
from heliograph.domain.roster import Refused, shown_associations
from heliograph.domain.tenants import Tenant
from heliograph.errors import ConversationNotFound
from heliograph.storage import conversations, participants
from heliograph.storage.engine import Reader, Row
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.paging import Page, PageMeta, page_meta
from heliograph.wire.participants import Participant, ParticipantJoinBody, ParticipantLeaveBody

_ENCODER = msgspec.json.Encoder()
_LISTING_OVERHEAD = 1000


async def join(
    store: Store, tenant: Tenant, conversation_id: str, body: ParticipantJoinBody, limit: int
) -> Participant:
    """Add a user to a group of at most `limit` participants; who is in it already stays the same participant.

    Raises:
        BadRequest: the conversation is not a group, or it is full.
        ConversationNotFound, UserNotFound: there is no such thing in this app.
    """
    outcome = await store.submit(
        hot_verbs,
        Join(
            tenant,
            conversation_id,
            body.user_id,
            body.user_external_id,
            bool(body.subscribe_sdk_client),
            limit,
        ),
    )
    if isinstance(outcome, Refused):
        raise outcome.error
    assert isinstance(outcome, Joined)
    return outcome.shown


async def leave(store: Store, tenant: Tenant, conversation_id: str, body: ParticipantLeaveBody) -> None:
    """Remove a user from a group.

    Raises:
        BadRequest: the conversation is not a group.
        ConversationNotFound, UserNotFound, NotAMember: there is no such thing in this app.
    """
    outcome = await store.submit(
        hot_verbs, Leave(tenant, conversation_id, body.user_id, body.user_external_id, body.participant_id)
    )
    if isinstance(outcome, Refused):
        raise outcome.error


class Listing(Struct, frozen=True):
    """A page of participants: the JSON array of them, where it lies, and the version of the conversation."""

    participants: Raw
    meta: PageMeta
    version: str | None

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(bytes(self.participants)) + _LISTING_OVERHEAD


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> Listing:
    """A page of a conversation's participants, in the order of joining.

    A page that was read before is given out again if the conversation is still what it was: what is asked for over and
    over costs a look at one row.

    Raises:
        ConversationNotFound: there is no such conversation in this app.
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
        # Whoever is listed is in a conversation; only where nobody is, there may be none.
        if await conversations.get(reader, app_id, conversation_id) is None:
            raise ConversationNotFound
        return Listing(Raw(b"[]"), PageMeta(has_more=False), None)
    rows = found.records
    meta = page_meta(page, rows[0][0], rows[-1][0], precedes=found.precedes, follows=found.follows)
    return Listing(Raw(_ENCODER.encode([_listed(row) for row in rows])), meta, rows[0][6])


def _listed(row: Row) -> Participant:
    id, user_id, user_external_id, client_associations, last_read, unread_count, *_ = row
    return Participant(
        id=id,
        user_id=user_id,
        unread_count=unread_count,
        client_associations=shown_associations(client_associations),
        user_external_id=user_external_id,
        last_read=None if last_read is None else times.to_text(last_read),
    )
