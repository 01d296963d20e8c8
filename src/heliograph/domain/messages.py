"""The verbs of messages and activities."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain import contents, metadata
from heliograph.domain.hot import hot_verbs
from heliograph.domain.roster import Refused
from heliograph.domain.speaking import Act, Post, Posted
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, ConversationNotFound, MessageNotFound, NotFound
from heliograph.storage import conversations, messages
from heliograph.storage.conversations import StoredConversation
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.store import Store
from heliograph.wire.activities import ActivityPost
from heliograph.wire.authors import BUSINESS, USER
from heliograph.wire.messages import MESSAGES_PER_PAGE, MessagePost
from heliograph.wire.paging import Page, PageMeta, page_meta

_OWNER = "Message"
_ENCODER = msgspec.json.Encoder()
_SUBTYPES_OF_ANSWERS = ("agent", "bot")
_BEYOND = "g" * 24
"""Greater than every id: what comes before it is the end of the list."""


async def post(store: Store, tenant: Tenant, conversation_id: str, body: MessagePost) -> Raw:
    """Say something; returns the message, as JSON.

    Raises:
        BadRequest: the message breaks a rule, or cannot go where it should.
        ConversationNotFound, UserNotFound, NotAMember: there is no such thing in this app.
        Locked: there are too many messages.
    """
    author = body.author
    # What is wrong with the request itself is told before what is not found.
    if titles := list(_breaches(body)):
        raise BadRequest(*titles)
    outcome = await store.submit(
        hot_verbs,
        Post(
            tenant,
            conversation_id,
            author.user_id,
            author.user_external_id,
            author,
            await contents.shown_in_time(body.content),
            metadata.initial(body.metadata, _OWNER),
            _routing(body),
            _destination(body),
        ),
    )
    if isinstance(outcome, Refused):
        raise outcome.error
    assert isinstance(outcome, Posted)
    return Raw(outcome.shown)


def _breaches(body: MessagePost) -> Iterator[str]:
    """What the API document says of messages that are posted, and not in its schema."""
    author = body.author
    if author.type == USER and body.destination is not None:
        yield f"destination is only for an author of type {BUSINESS}"
    named = (author.user_id, author.user_external_id, author.brand_id)
    if author.type == BUSINESS and any(one is not None for one in named):
        yield f"author.userId, author.userExternalId and author.brandId are only for an author of type {USER}"
    if author.subtypes is not None and (len(author.subtypes) != 1 or author.subtypes[0] in _SUBTYPES_OF_ANSWERS):
        yield "author.subtypes should have exactly 1 item, AI or activity"


def _destination(body: MessagePost) -> str | None:
    if (chosen := body.destination) is None:
        return None
    return chosen.integration_type if chosen.integration_id is None else chosen.integration_id


def _routing(body: MessagePost) -> str | None:
    """What is kept of a message beside what is shown of it."""
    if body.destination is None and body.override is None and body.schema is None:
        return None
    kept = {"destination": body.destination, "override": body.override, "schema": body.schema}
    given = {name: value for name, value in kept.items() if value is not None}
    return _ENCODER.encode(given).decode()


async def act(store: Store, tenant: Tenant, conversation_id: str, body: ActivityPost) -> None:
    """Tell that somebody has read the conversation, or is typing.

    Raises:
        ConversationNotFound, UserNotFound, NotAMember: there is no such thing in this app.
    """
    author = body.author
    outcome = await store.submit(
        hot_verbs, Act(tenant, conversation_id, author.user_id, author.user_external_id, author, body.type)
    )
    if isinstance(outcome, Refused):
        raise outcome.error


class Listing(Struct, frozen=True):
    """A page of messages: the JSON array of them, and where it lies."""

    messages: Raw
    meta: PageMeta


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> Listing:
    """A page of a conversation's messages, oldest first; without a cursor it is the last page.

    Raises:
        NotFound: there is no such conversation in this app.
    """
    at_the_end = page.after is None and page.before is None
    return await store.read(
        _page,
        tenant.app_id,
        conversation_id,
        Page(page.after, _BEYOND if at_the_end else page.before, MESSAGES_PER_PAGE),
    )


async def _page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> Listing:
    found = await messages.page(reader, app_id, conversation_id, page)
    if not found.records:
        if await conversations.get(reader, app_id, conversation_id) is None:
            # The API document's answer here is the general one, not conversation_not_found.
            raise NotFound
        return Listing(Raw(b"[]"), PageMeta(has_more=False))
    rows = found.records
    meta = page_meta(page, rows[0][0], rows[-1][0], precedes=found.precedes, follows=found.follows)
    return Listing(Raw(f"[{','.join([row[1] for row in rows])}]".encode()), meta)


async def delete(store: Store, tenant: Tenant, conversation_id: str, message_id: str) -> None:
    """Delete a message; what is unread of the others stays unread.

    Raises:
        ConversationNotFound, MessageNotFound: there is no such thing in this app.
    """
    await store.write(_delete, tenant.app_id, conversation_id, message_id)


async def _delete(tx: Tx, app_id: str, conversation_id: str, message_id: str) -> None:
    conversation = await _held(tx, app_id, conversation_id)
    if not await messages.remove(tx, app_id, conversation_id, message_id):
        raise MessageNotFound
    conversation.message_count -= 1
    await _save(tx, conversation)


async def delete_all(store: Store, tenant: Tenant, conversation_id: str) -> None:
    """Delete every message of a conversation; nobody has anything unread then.

    Raises:
        ConversationNotFound: there is no such conversation in this app.
    """
    await store.write(_delete_all, tenant.app_id, conversation_id)


async def _delete_all(tx: Tx, app_id: str, conversation_id: str) -> None:
    conversation = await _held(tx, app_id, conversation_id)
    await messages.remove_all(tx, app_id, conversation_id)
    conversation.message_count = 0
    conversation.floor_seq = conversation.message_seq
    await _save(tx, conversation)


async def _held(tx: Tx, app_id: str, conversation_id: str) -> StoredConversation:
    conversation = await conversations.get(tx, app_id, conversation_id, lock=Lock.CHANGE)
    if conversation is None:
        raise ConversationNotFound
    return conversation


async def _save(tx: Tx, conversation: StoredConversation) -> None:
    conversation.newest_id = ids.new()
    await conversations.set_counts(tx, [conversation])
