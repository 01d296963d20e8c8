"""The verbs of participants."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from heliograph.domain.facts import UserReference
from heliograph.domain.loading import load_conversation
from heliograph.domain.membership import Join, Leave
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader
from heliograph.storage.page_cache import CachedPage
from heliograph.storage.rows import participants
from heliograph.storage.store import Store
from heliograph.wire.paging import Page, PageMeta, page_meta
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody

_ENCODER = msgspec.json.Encoder()


def joining(tenant: Tenant, conversation_id: str, body: ParticipantJoinBody, limit: int) -> Join:
    """The verb that adds a user to a group of up to `limit` participants. A second join keeps the participant.

    It is refused with:
        BadRequest: the conversation is not a group, or it is full.
        ConversationNotFound, UserNotFound: it does not exist in this app.
    """
    user = UserReference(body.user_id, body.user_external_id)
    return Join(tenant, conversation_id, user, bool(body.subscribe_sdk_client), limit)


def leaving(tenant: Tenant, conversation_id: str, body: ParticipantLeaveBody) -> Leave:
    """The verb that removes a user from a group.

    It is refused with:
        BadRequest: the conversation is not a group.
        ConversationNotFound, UserNotFound, NotAMember: it does not exist in this app.
    """
    user = UserReference(body.user_id, body.user_external_id, participant_id=body.participant_id)
    return Leave(tenant, conversation_id, user)


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> CachedPage:
    """A page of a conversation's participants, in the order of joining.

    A cached page is used while the conversation has the same version.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    if (cached := await store.cached_page(tenant.app_id, conversation_id, page)) is not None:
        return cached
    found = await store.read(_page, tenant.app_id, conversation_id, page)
    store.page_cache.put(tenant.app_id, conversation_id, page, found)
    return found


async def _page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> CachedPage:
    listed = await participants.page(reader, app_id, conversation_id, page)
    found = listed.participants
    if not found.records:
        # A listed participant proves that the conversation exists; an empty page does not.
        await load_conversation(reader, app_id, conversation_id)
        return CachedPage(Raw(b"[]"), PageMeta(has_more=False), None)
    rows = found.records
    meta = page_meta(page, rows[0].id, rows[-1].id, precedes=found.precedes, follows=found.follows)
    return CachedPage(Raw(_ENCODER.encode(rows)), meta, listed.version)
