"""Participants as the lists of this server read them: by user, by the time of joining, and unread ones."""

from __future__ import annotations

from collections.abc import Iterable

from heliograph.storage.engine import Reader, Row
from heliograph.storage.paging import filtered_slice_of, slice_of
from heliograph.wire.paging import Page, Slice

# Pages have up to 1,000 of these rows, so they are not converted to structs.
COLUMNS = ("id", "user_id", "user_external_id", "client_associations", "last_read", "seen_seq")
"""The first columns of the rows. The client associations are JSON."""
_KEY = ("bucket", "app_id", "conversation_id", "id")
_JOINED = "participant WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3 AND id >= $4 AND id <= $5"


async def page(
    reader: Reader, app_id: str, conversation_id: str, page: Page, joined: tuple[str, str], *, newest_first: bool
) -> Slice[Row]:
    """A page of the participants with ids in a range, in the order of joining or in the opposite one."""
    values = (reader.bucket(conversation_id), app_id, conversation_id, *joined)
    return await slice_of(reader, COLUMNS, _JOINED, values, page, newest_first=newest_first)


async def unread_page(
    reader: Reader,
    app_id: str,
    conversation_id: str,
    page: Page,
    joined: tuple[str, str],
    message_seq: int,
    *,
    newest_first: bool,
) -> Slice[Row]:
    """A page of the participants with ids in a range who have not seen all messages up to `message_seq`.

    A limited number of participants is examined, as `filtered_slice_of` documents: an index by `seen_seq` would change
    with each message that they read.
    """
    values = (reader.bucket(conversation_id), app_id, conversation_id, *joined)
    return await filtered_slice_of(
        reader, COLUMNS, _JOINED, values, "seen_seq < $6", (message_seq,), page, newest_first=newest_first
    )


async def get_many(reader: Reader, keys: Iterable[tuple[str, str, str]]) -> list[Row]:
    """The participants with these (app id, conversation id, participant id), in the order of joining."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id, id) for app_id, conversation_id, id in keys]
    return sorted(await reader.get_many("participant", COLUMNS, _KEY, wanted), key=lambda row: str(row[0]))
