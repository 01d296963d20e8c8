"""Changes of membership: who joined and left a conversation, and when.

The changes of a membership that has ended are rows of `membership_change`. A present membership is a participant, whose
id, or `since`, is the id of its joining.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from heliograph import ids
from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Row, Tx
from heliograph.storage.intervals import ancestors_of, node_of
from heliograph.storage.merged_paging import Source, merged_slice_of
from heliograph.storage.paging import slice_of
from heliograph.storage.rows.causes import Cause
from heliograph.wire.paging import Page, Slice

Position = tuple[str, str, str]
"""The app, the conversation and the id of a row."""

TABLE = "membership_change"
KEY = ("bucket", "app_id", "conversation_id", "id")


class StoredChange(Struct, frozen=True):
    """A row of `membership_change`. The fields are the columns, in this order."""

    id: str
    is_joining: bool
    participant_id: str
    user_id: str
    cause: Cause | None
    app_id: str
    conversation_id: str
    other_id: str
    node: int


ROWS = RowCodec(StoredChange)


class Ended(Struct, frozen=True):
    """A membership that has ended. The ids are those of its joining and its leaving."""

    app_id: str
    conversation_id: str
    participant_id: str
    user_id: str
    joined_id: str
    left_id: str
    origin: Cause | None
    cause: Cause


class Change(Struct, frozen=True):
    """A change of a membership, of a present one or of one that has ended."""

    id: str
    is_joining: bool
    participant_id: str
    user_id: str
    cause: Cause | None
    conversation_id: str


_CHANGES = RowCodec(Change)


class Between(Struct, frozen=True):
    """Which changes: those with an id from `first` to before `end`."""

    first: str = ids.FIRST
    end: str = ids.LAST


_ENTRY = ("is_joining", "participant_id", "user_id", "cause", "conversation_id")
_PRESENT = ("1", "id", "user_id", "origin", "conversation_id")
# The index by node has only ids. With another column, SQLite would rather read the whole history by its key.
_ID_ONLY = ("id", "CAST(NULL AS text)", "CAST(NULL AS text)")
_WITH_CHANGE = f"""SELECT listed.id, coalesce(listed.participant_id, change.participant_id),
    coalesce(listed.user_id, change.user_id), CASE change.is_joining WHEN 0 THEN change.other_id ELSE listed.id END,
    CASE change.is_joining WHEN 0 THEN listed.id ELSE change.other_id END
    FROM ({{}}) AS listed LEFT JOIN {TABLE} AS change
    ON change.bucket = $1 AND change.app_id = $2 AND change.conversation_id = $3 AND change.id = listed.id"""
_OF_CONVERSATION = "{} WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"


async def add(tx: Tx, ended: Sequence[Ended]) -> None:
    """Store the changes of memberships that have ended."""
    changes = [change for one in ended for change in _changes_of(one)]
    rows = [(tx.bucket(one.conversation_id), *ROWS.dump(one)) for one in changes]
    await tx.insert(TABLE, ("bucket", *ROWS.columns), rows)


def _changes_of(one: Ended) -> tuple[StoredChange, StoredChange]:
    node = node_of(ids.milliseconds(one.joined_id), ids.milliseconds(one.left_id))
    whose, where = (one.participant_id, one.user_id), (one.app_id, one.conversation_id)
    joining = StoredChange(one.joined_id, True, *whose, one.origin, *where, one.left_id, node)
    return joining, StoredChange(one.left_id, False, *whose, one.cause, *where, one.joined_id, node)


async def existing(reader: Reader, keys: Iterable[Position]) -> set[tuple[str, str]]:
    """Those of the (app id, conversation id, id) that are changes, each without the app."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id, id) for app_id, conversation_id, id in keys]
    return {(row[0], row[1]) for row in await reader.get_many(TABLE, ("conversation_id", "id"), KEY, wanted)}


async def page_of_conversation(
    reader: Reader, app_id: str, conversation_id: str, page: Page, between: Between
) -> Slice[Change]:
    """A page of the changes of a conversation, oldest first."""
    table, participant = _OF_CONVERSATION.format, _OF_CONVERSATION.format("participant")
    whole = (between.first, between.end)
    sources = (
        Source(("id", *_ENTRY), table(TABLE), *whole),
        Source(("id", *_PRESENT), f"{participant} AND since IS NULL", *whole),
        Source(("since", *_PRESENT), f"{participant} AND since IS NOT NULL", *whole),
    )
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    return _loaded(await merged_slice_of(reader, sources, values, page))


async def page_of_user(
    reader: Reader, app_id: str, user_id: str, page: Page, between: Between, conversation_id: str | None = None
) -> Slice[Change]:
    """A page of the changes of memberships of a user that have ended, in one conversation or in all, oldest first."""
    source = f"{TABLE} WHERE app_id = $1 AND user_id = $2 AND id >= $3 AND id < $4"
    values: tuple[str, ...] = (app_id, user_id, between.first, between.end)
    if conversation_id is not None:
        source, values = f"{source} AND conversation_id = $5", (*values, conversation_id)
    return _loaded(await slice_of(reader, ("id", *_ENTRY), source, values, page, spread=True))


def _loaded(found: Slice[Row]) -> Slice[Change]:
    return found.holding([_CHANGES.load(row[: len(_CHANGES.columns)]) for row in found.records])


async def exists(reader: Reader, app_id: str, conversation_id: str) -> bool:
    """Whether a membership of the conversation has ended."""
    query = f"SELECT 1 FROM {_OF_CONVERSATION.format(TABLE)} LIMIT 1"
    return await reader.row(query, reader.bucket(conversation_id), app_id, conversation_id) is not None


async def page_at(reader: Reader, app_id: str, conversation_id: str, moment: int, page: Page) -> Slice[Row]:
    """A page of those who were in the conversation at a time, in milliseconds.

    The columns are a cursor, the id of the participant, that of the user, and the ids of the joining and the leaving,
    which is NULL for a present membership. Its cost does not grow with the number of changes: see storage/intervals.py.
    """
    change, participant = _OF_CONVERSATION.format(TABLE), _OF_CONVERSATION.format("participant")
    later = ids.earliest(moment + 1) if moment < ids.LAST_MILLISECOND else ids.LAST
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    nodes = await _nodes_at(reader, (*values, later), moment)
    present = ("id AS participant_id", "user_id")
    sources = [
        Source(("id", *present), f"{participant} AND since IS NULL", end=later),
        Source(("since", *present), f"{participant} AND since IS NOT NULL", end=later),
    ]
    for number, node in enumerate(nodes, 4):
        at_node = f"{change} AND node = ${number} AND is_joining = "
        if node <= moment:
            sources.append(Source(_ID_ONLY, f"{at_node}0", first=later))
        else:
            sources.append(Source(_ID_ONLY, f"{at_node}1", end=later))
    return await merged_slice_of(reader, sources, (*values, *nodes), page, completed=_WITH_CHANGE)


async def _nodes_at(reader: Reader, values: tuple[object, ...], moment: int) -> list[int]:
    """The nodes with a membership that contains the time. Most of its ancestors have none."""
    nodes = ancestors_of(moment)
    listed = ", ".join(f"(CAST(${number} AS bigint))" for number, _ in enumerate(nodes, 5))
    of_node = f"SELECT 1 FROM {_OF_CONVERSATION.format(TABLE)} AND node = candidate.node AND"
    rows = await reader.rows(
        f"WITH candidate (node) AS (VALUES {listed}) SELECT node FROM candidate WHERE "
        f"CASE WHEN node <= $47 THEN EXISTS ({of_node} is_joining = 0 AND id >= $4) "
        f"ELSE EXISTS ({of_node} is_joining = 1 AND id < $4) END",
        *values,
        *nodes,
        moment,
    )
    return sorted(row[0] for row in rows)


async def prune(tx: Tx, bucket: int, after: Position, oldest: str, limit: int) -> Position | None:
    """Delete the changes of memberships that ended before the id `oldest`, among the next `limit` rows of the bucket.

    Returns the position of the last row that was examined, or None if there are no more rows.
    """
    rows = await tx.rows(
        f"SELECT app_id, conversation_id, id, is_joining, other_id FROM {TABLE} "
        "WHERE bucket = $1 AND (app_id, conversation_id, id) > ($2, $3, $4) "
        "ORDER BY app_id, conversation_id, id LIMIT $5",
        bucket,
        *after,
        limit,
    )
    old = [(bucket, *key) for *key, is_joining, other in rows if (other if is_joining else key[-1]) < oldest]
    await tx.delete(TABLE, KEY, old)
    return (rows[-1][0], rows[-1][1], rows[-1][2]) if len(rows) == limit else None


async def replace_user(tx: Tx, app_id: str, user_id: str, pseudonym: str, limit: int) -> int:
    """Put a pseudonym in the place of an erased user in up to `limit` changes; returns their number."""
    keys = await tx.rows(
        f"SELECT bucket, app_id, conversation_id, id FROM {TABLE} WHERE app_id = $1 AND user_id = $2 "
        "ORDER BY id LIMIT $3",
        app_id,
        user_id,
        limit,
    )
    await tx.update(TABLE, ("user_id",), KEY, [(pseudonym, *key) for key in keys])
    return len(keys)
