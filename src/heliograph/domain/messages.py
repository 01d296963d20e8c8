"""The verbs of messages and activities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain import attachments, contents, media, metadata
from heliograph.domain.changes import Changes
from heliograph.domain.loading import load_conversation
from heliograph.domain.media import MediaFetching, MediaFile
from heliograph.domain.posting import PostActivity, PostMessage
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, MessageNotFound, NotFound
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import conversations, messages
from heliograph.storage.rows.messages import Routing
from heliograph.storage.store import Store
from heliograph.wire.activities import ActivityPost
from heliograph.wire.authors import BUSINESS, USER
from heliograph.wire.messages import MESSAGES_PER_PAGE, MessagePost
from heliograph.wire.paging import Page, PageMeta, page_meta

_OWNER = "Message"
_SUBTYPES_OF_RESPONSES = ("agent", "bot")


async def posting(
    store: Store,
    tenant: Tenant,
    conversation_id: str,
    body: MessagePost,
    *,
    with_stand_ins: bool = False,
    fetching: MediaFetching | None = None,
) -> PostMessage:
    """The verb that posts a message. With stand-ins, it sends a message of the business to the stand-in of the channel.

    With `fetching`, the beginning of each file of another server that the message shows is read.

    It is refused with:
        BadRequest: its destination cannot be reached.
        ConversationNotFound, UserNotFound, NotAMember: it does not exist in this app.
        Locked: the conversation has reached the limit of messages.

    Raises:
        BadRequest: the message breaks a rule, or a file cannot be read.
    """
    # Validation errors take precedence over 404s.
    check(body)
    shown = await attachments.in_content(store, tenant.app_id, body.content)
    files = await media.in_content(fetching, tenant.app_id, body.content, shown)
    ids_shown = tuple(sorted({one.id for one in shown.values()}))
    return new_message(tenant, conversation_id, body, files, ids_shown, with_stand_ins=with_stand_ins)


def check(body: MessagePost) -> None:
    """Check the rules for new messages that the API document states only in its descriptions.

    Raises:
        BadRequest: the message breaks a rule.
    """
    if titles := list(_violations(body)):
        raise BadRequest(*titles)


def new_message(
    tenant: Tenant,
    conversation_id: str,
    body: MessagePost,
    files: Mapping[str, MediaFile],
    shown: tuple[str, ...] = (),
    *,
    with_stand_ins: bool = False,
) -> PostMessage:
    """The verb that posts a checked message.

    `files` has the known files that it shows, by URL. `shown` has the ids of its attachments.

    Raises:
        BadRequest: the content breaks a rule, or the metadata is too large.
    """
    return PostMessage(
        tenant=tenant,
        conversation_id=conversation_id,
        author=body.author,
        content=contents.to_api(body.content, files, masks_cards=tenant.masks_cards),
        metadata=metadata.encoded(body.metadata, _OWNER),
        routing=_routing(body),
        destination=_destination(body),
        attachments=shown,
        with_stand_ins=with_stand_ins,
    )


def _violations(body: MessagePost) -> Iterator[str]:
    """The rules for new messages that the API document states only in its descriptions."""
    author = body.author
    if author.type == USER and body.destination is not None:
        yield f"destination is only for an author of type {BUSINESS}"
    named = (author.user_id, author.user_external_id, author.brand_id)
    if author.type == BUSINESS and any(one is not None for one in named):
        yield f"author.userId, author.userExternalId and author.brandId are only for an author of type {USER}"
    if author.subtypes is not None and (len(author.subtypes) != 1 or author.subtypes[0] in _SUBTYPES_OF_RESPONSES):
        yield "author.subtypes should have exactly 1 item, AI or activity"


def _destination(body: MessagePost) -> str | None:
    if (chosen := body.destination) is None:
        return None
    return chosen.integration_type if chosen.integration_id is None else chosen.integration_id


def _routing(body: MessagePost) -> Routing | None:
    if body.destination is None and body.override is None and body.schema is None:
        return None
    return Routing(body.destination, body.override, body.schema)


def acting(tenant: Tenant, conversation_id: str, body: ActivityPost) -> PostActivity:
    """The verb that records that the author has read the conversation, or starts or stops typing.

    It is refused with:
        ConversationNotFound, UserNotFound, NotAMember: it does not exist in this app.
    """
    return PostActivity(tenant, conversation_id, body.author, body.type)


class MessageListing(Struct, frozen=True):
    """A page of messages: their JSON array, and the cursors."""

    messages: Raw
    meta: PageMeta


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> MessageListing:
    """A page of a conversation's messages, oldest first. Without a cursor, it is the last page.

    Raises:
        NotFound: the conversation does not exist in this app.
    """
    last = page.after is None and page.before is None
    wanted = Page(page.after, ids.LAST if last else page.before, MESSAGES_PER_PAGE)
    return await store.read(_page, tenant.app_id, conversation_id, wanted)


async def _page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> MessageListing:
    found = await messages.page(reader, app_id, conversation_id, page)
    if found is None:
        if await conversations.get(reader, app_id, conversation_id) is None:
            # The API document gives the general error here, not conversation_not_found.
            raise NotFound
        return MessageListing(Raw(b"[]"), PageMeta(has_more=False))
    meta = page_meta(page, found.first, found.last, precedes=found.precedes, follows=found.follows)
    return MessageListing(found.messages, meta)


async def delete(store: Store, tenant: Tenant, conversation_id: str, message_id: str) -> None:
    """Delete a message. The other unread messages stay unread.

    Raises:
        ConversationNotFound, MessageNotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant.app_id, conversation_id, message_id)


async def _delete(tx: Tx, app_id: str, conversation_id: str, message_id: str) -> None:
    conversation = await load_conversation(tx, app_id, conversation_id, lock=Lock.CHANGE)
    if not await messages.remove(tx, app_id, conversation_id, message_id):
        raise MessageNotFound
    changes = Changes(tx.now)
    changes.message_deleted(conversation, message_id)
    await changes.save(tx)


async def delete_all(store: Store, tenant: Tenant, conversation_id: str) -> None:
    """Delete all messages of a conversation, which leaves no participant with unread messages.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    await store.write(_delete_all, tenant.app_id, conversation_id)


async def _delete_all(tx: Tx, app_id: str, conversation_id: str) -> None:
    changes = Changes(tx.now)
    changes.delete_messages(await load_conversation(tx, app_id, conversation_id, lock=Lock.CHANGE))
    await changes.save(tx)
