"""The verbs that list all users and conversations of an app."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from heliograph.domain import controllers, searching, views
from heliograph.domain.loading import load_conversation
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader
from heliograph.storage.rows import conversations, event_records, messages, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.authors import Author
from heliograph.wire.base import Response, encoded
from heliograph.wire.listings import ConversationSort, ConversationSummary, LastMessage, Selection, UserSort
from heliograph.wire.paging import Page, Slice
from heliograph.wire.users import User

_TEXT_LENGTH = 200

T = TypeVar("T")


class _SummaryParts(Response):
    """The parts of a stored message that a summary shows."""

    id: str
    received: str
    author: Raw
    content: dict[str, Any]


_decode = msgspec.json.Decoder(_SummaryParts).decode


class ListedPage(Struct, Generic[T], frozen=True):
    """A page of records. `incomplete`: records from before an upgrade may be missing."""

    slice: Slice[T]
    incomplete: bool = False


async def page_of_users(
    store: Store, tenant: Tenant, sort: UserSort, selection: Selection | None, page: Page
) -> ListedPage[User]:
    """A page of the users of an app that a filter selects, or of all.

    Raises:
        BadRequest: the filter selects too many users.
        ConversationNotFound: the conversation of the filter does not exist in this app.
    """
    newest_first = sort == "newest"
    if selection is not None:
        return await store.snapshot(_users_selected, tenant.app_id, selection, page, newest_first)
    found = await store.snapshot(users.page, tenant.app_id, page, newest_first=newest_first)
    return ListedPage(found.holding([views.user(one) for one in found.records]))


async def _users_selected(
    reader: Reader, app_id: str, selection: Selection, page: Page, newest_first: bool
) -> ListedPage[User]:
    found = await searching.users_selected(reader, app_id, selection, page, newest_first=newest_first)
    stored = await users.get_many(reader, [(app_id, id) for id in found.ids.records])
    by_id = {one.id: views.user(one) for one in stored}
    return ListedPage(found.ids.holding([by_id[id] for id in found.ids.records if id in by_id]), found.incomplete)


async def users_with_ids(store: Store, tenant: Tenant, ids: list[str]) -> Slice[User]:
    """The users of an app with these ids, in the order of the ids."""
    found = await store.snapshot(users.get_many, [(tenant.app_id, id) for id in ids])
    by_id = {one.id: views.user(one) for one in found}
    return Slice([by_id[id] for id in ids if id in by_id], precedes=False, follows=False)


async def page_of_conversations(
    store: Store, tenant: Tenant, sort: ConversationSort, selection: Selection | None, page: Page
) -> ListedPage[ConversationSummary]:
    """A page of the conversations of an app that a filter selects, or of all. With `activity`, the cursors are the ids
    of the newest events of the conversations.

    Raises:
        BadRequest: the filter selects too many conversations.
        UserNotFound: the user of the filter does not exist in this app.
    """
    if selection is not None:
        return await store.snapshot(_conversations_selected, tenant.app_id, selection, page, sort == "newest")
    if sort == "activity":
        return ListedPage(await store.snapshot(_page_by_activity, tenant.app_id, page))
    return ListedPage(await store.snapshot(_page_by_age, tenant.app_id, page, sort == "newest"))


async def _conversations_selected(
    reader: Reader, app_id: str, selection: Selection, page: Page, newest_first: bool
) -> ListedPage[ConversationSummary]:
    found = await searching.conversations_selected(reader, app_id, selection, page, newest_first=newest_first)
    summaries = await _summaries(reader, app_id, found.ids.records)
    return ListedPage(found.ids.holding(summaries), found.incomplete)


async def _summaries(reader: Reader, app_id: str, ids: list[str]) -> list[ConversationSummary]:
    stored = await conversations.get_many(reader, [(app_id, id) for id in ids])
    by_id = {one.id: one for one in stored}
    return [await _summary(reader, by_id[id]) for id in ids if id in by_id]


async def _page_by_age(reader: Reader, app_id: str, page: Page, newest_first: bool) -> Slice[ConversationSummary]:
    found = await conversations.page(reader, app_id, page, newest_first=newest_first)
    return found.holding([await _summary(reader, one) for one in found.records])


async def _page_by_activity(reader: Reader, app_id: str, page: Page) -> Slice[ConversationSummary]:
    ranked = await event_records.newest_of_conversations(reader, app_id)
    first, last = _bounds([event_id for _, event_id in ranked], page)
    if not (chosen := ranked[first:last]):
        return Slice([], precedes=False, follows=False)
    summaries = await _summaries(reader, app_id, [id for id, _ in chosen])
    return Slice(summaries, first > 0, last < len(ranked), first=chosen[0][1], last=chosen[-1][1])


def _bounds(events: list[str], page: Page) -> tuple[int, int]:
    """The bounds of a page in a list of ids that descend."""
    if page.before is not None:
        last = sum(id > page.before for id in events)
        return max(0, last - page.size), last
    first = 0 if page.after is None else sum(id >= page.after for id in events)
    return first, first + page.size


async def get_conversation(store: Store, tenant: Tenant, conversation_id: str) -> ConversationSummary:
    """A conversation with its counts and its newest message.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    return await store.snapshot(_get_conversation, tenant.app_id, conversation_id)


async def _get_conversation(reader: Reader, app_id: str, conversation_id: str) -> ConversationSummary:
    return await _summary(reader, await load_conversation(reader, app_id, conversation_id))


async def _summary(reader: Reader, stored: StoredConversation) -> ConversationSummary:
    newest = await messages.newest(reader, stored.app_id, stored.id) if stored.message_count else None
    read = stored.business_last_read
    return ConversationSummary(
        id=stored.id,
        type=stored.type,
        participant_count=stored.participant_count,
        message_count=stored.message_count,
        last_updated_at=times.to_text(stored.last_updated_at),
        created_at=times.to_text(stored.created_at),
        display_name=stored.display_name,
        icon_url=stored.icon_url,
        business_last_read=times.optional_text(read),
        last_message=None if newest is None else last_message(newest),
        active_switchboard_integration=controllers.to_api(controllers.active(stored)),
        pending_switchboard_integration=controllers.to_api(controllers.pending(stored)),
    )


def last_message(shown: Raw) -> LastMessage:
    """A summary of a message."""
    message = _decode(shown)
    return LastMessage(
        id=message.id,
        received=message.received,
        author=encoded(Author, message.author),  # an imported author may have unknown values
        type=message.content["type"],
        text=_in_short(message.content),
    )


def _in_short(content: dict[str, Any]) -> str | None:
    """The beginning of the text of a message; None if it has none."""
    # The text of a location is generated, with a URL.
    location = content.get("location")
    place = location if isinstance(location, dict) else {}
    texts = (place.get("name"), content.get("text"), content.get("textFallback"), content.get("altText"))
    return next((text[:_TEXT_LENGTH] for text in texts if text and isinstance(text, str)), None)
