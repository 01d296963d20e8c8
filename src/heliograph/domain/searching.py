"""The users and conversations of an app that one filter selects, each found by an index."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from heliograph.domain.loading import load_conversation, load_user
from heliograph.domain.slicing import sliced
from heliograph.errors import BadRequest
from heliograph.storage.engine import Reader
from heliograph.storage.rows import conversations, members, participants, search_progress, terms, users
from heliograph.wire.listings import MOST_NAMED, Selection
from heliograph.wire.members import ALL_JOINED
from heliograph.wire.paging import Page, Slice


class SelectedIds(Struct, frozen=True):
    """A page of the ids of records. `incomplete`: records from before an upgrade may be missing."""

    ids: Slice[str]
    incomplete: bool = False


async def users_selected(
    reader: Reader, app_id: str, selection: Selection, page: Page, *, newest_first: bool
) -> SelectedIds:
    """A page of the users that a filter selects, in the order of their ids. Members of a conversation are in the order
    of joining.

    Raises:
        BadRequest: too many names begin with the text.
        ConversationNotFound: the conversation of the filter does not exist in this app.
    """
    value, order = selection.value, {"newest_first": newest_first}
    if selection.by == "externalId":
        return SelectedIds(_of(await users.ids_with_external_id(reader, app_id, value), page, **order))
    if selection.by == "conversationId":
        conversation = await load_conversation(reader, app_id, value)
        rows = await members.page(reader, app_id, conversation.id, page, ALL_JOINED, **order)
        first, last = (rows.records[0][0], rows.records[-1][0]) if rows.records else (None, None)
        return SelectedIds(Slice([row[1] for row in rows.records], rows.precedes, rows.follows, first=first, last=last))
    incomplete = not await search_progress.is_complete(reader)
    if selection.by == "metadata":
        found = await terms.with_metadata(reader, app_id, "user.metadata", selection.key, value, page, **order)
        return SelectedIds(_with_cursors(found), incomplete)
    named = await terms.named(reader, app_id, value, MOST_NAMED + 1)
    return SelectedIds(_of(_few(named), page, **order), incomplete)


async def conversations_selected(
    reader: Reader, app_id: str, selection: Selection, page: Page, *, newest_first: bool
) -> SelectedIds:
    """A page of the conversations that a filter selects, in the order of their ids.

    Raises:
        BadRequest: too many names begin with the text.
        UserNotFound: the user of the filter does not exist in this app.
    """
    value, order = selection.value, {"newest_first": newest_first}
    if selection.by == "userId":
        user = await load_user(reader, app_id, value, None)
        return SelectedIds(_with_cursors(await participants.membership_page(reader, app_id, user.id, page, **order)))
    if selection.by == "metadata":
        kind: terms.MetadataKind = "conversation.metadata"
        found = await terms.with_metadata(reader, app_id, kind, selection.key, value, page, **order)
        return SelectedIds(_with_cursors(found), not await search_progress.is_complete(reader))
    named = await conversations.named(reader, app_id, value, MOST_NAMED + 1)
    return SelectedIds(_of(_few([id for id, _ in named]), page, **order))


def _few(named: list[str]) -> list[str]:
    if len(named) > MOST_NAMED:
        raise BadRequest(f"more than {MOST_NAMED:,} names begin with filter[name]: a longer beginning is required")
    return named


def _of(ids: Iterable[str], page: Page, *, newest_first: bool) -> Slice[str]:
    return sliced([(id, id) for id in set(ids)], page, newest_first=newest_first)


def _with_cursors(found: Slice[str]) -> Slice[str]:
    """The same ids, which are the cursors too."""
    if not found.records:
        return found
    return Slice(found.records, found.precedes, found.follows, first=found.records[0], last=found.records[-1])
