"""Changes of membership: the users who joined and left a conversation, and the times.

The changes of a membership that has ended are rows of `membership_change`. A present membership is a participant, whose
id, or `since`, is the id of its joining.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from heliograph import ids
from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Row, Tx, parameters
from heliograph.storage.intervals import NO_TIME, ancestors_of, node_of
from heliograph.storage.merged_paging import NONE, Between, RowSource, behind, beyond, merged_slice_of
from heliograph.storage.paging import slice_of
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
    cause: str | None
    app_id: str
    conversation_id: str
    other_id: str
    node: int


class Ended(Struct, frozen=True):
    """A membership that has ended. The ids are those of its joining and its leaving."""

    app_id: str
    conversation_id: str
    participant_id: str
    user_id: str
    joined_id: str
    left_id: str
    origin: str | None
    cause: str


class Change(Struct, frozen=True):
    """A change of a present or an ended membership."""

    id: str
    is_joining: bool
    participant_id: str
    user_id: str
    cause: str | None
    conversation_id: str


_CHANGES = RowCodec(Change)


_ENTRY = ("is_joining", "participant_id", "user_id", "cause", "conversation_id")
_PRESENT = ("1", "id", "user_id", "origin", "conversation_id")
_MEMBER = ("id AS participant_id", "user_id")
# The index by node has only ids. With another column, SQLite would rather read the whole history by its key.
_ID_ONLY = ("id", "CAST(NULL AS text)", "CAST(NULL AS text)")
_WITH_CHANGE = f"""SELECT listed.id, coalesce(listed.participant_id, change.participant_id),
    coalesce(listed.user_id, change.user_id), CASE change.is_joining WHEN 0 THEN change.other_id ELSE listed.id END,
    CASE change.is_joining WHEN 0 THEN listed.id ELSE change.other_id END
    FROM ({{}}) AS listed LEFT JOIN {TABLE} AS change
    ON change.bucket = $1 AND change.app_id = $2 AND change.conversation_id = $3 AND change.id = listed.id"""
# The bounds are in a table, because PostgreSQL would plan the statement at each execution if they were in conditions.
_BOUNDS = """bounds (side, joined_first, joined_end, left_first, left_end) AS (VALUES
    (0, CAST($5 AS text), CAST($6 AS text), CAST($7 AS text), CAST($8 AS text)),
    (1, CAST($9 AS text), CAST($10 AS text), CAST($11 AS text), CAST($12 AS text)))"""
_OF_CONVERSATION = "{} WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"
_IN_SEAT = f"{_OF_CONVERSATION.format('participant')} AND since IS NULL"
_IN_SEAT_SINCE = f"{_OF_CONVERSATION.format('participant')} AND since IS NOT NULL"
_AT_NODE = f"{_OF_CONVERSATION.format(TABLE)} AND is_joining = {{}} AND node = {{}}"
_CONTAINING = f"""bounds CROSS JOIN candidate WHERE CASE WHEN node <= $4 THEN EXISTS (
    SELECT 1 FROM {_OF_CONVERSATION.format(TABLE)} AND is_joining = 0 AND node = candidate.node
    AND id >= bounds.left_first AND id < bounds.left_end
) ELSE EXISTS (
    SELECT 1 FROM {_OF_CONVERSATION.format(TABLE)} AND is_joining = 1 AND node = candidate.node
    AND id >= bounds.joined_first AND id < bounds.joined_end
) END"""
_ANY_BEHIND = f"""EXISTS (SELECT 1 FROM {_IN_SEAT} AND id >= $9 AND id < $10)
    OR EXISTS (SELECT 1 FROM {_IN_SEAT_SINCE} AND since >= $9 AND since < $10)
    OR EXISTS (SELECT 1 FROM {_CONTAINING} AND side = 1)"""
_NODES = 4
"""The number of nodes in a statement is a multiple of this."""


async def add(tx: Tx, ended: Sequence[Ended]) -> None:
    """Store the changes of memberships that have ended."""
    await tx.insert(
        TABLE, ("bucket", *StoredChange.__struct_fields__), [row for one in ended for row in _rows(tx, one)]
    )


def _rows(tx: Tx, one: Ended) -> tuple[Row, Row]:
    # Tuples, because each leave makes two: a codec takes several times as long.
    bucket, joined, left = tx.bucket(one.conversation_id), one.joined_id, one.left_id
    who, where = (one.participant_id, one.user_id), (one.app_id, one.conversation_id)
    node = node_of(ids.milliseconds(joined), ids.milliseconds(left))
    return (
        (bucket, joined, 1, *who, one.origin, *where, left, node),
        (bucket, left, 0, *who, one.cause, *where, joined, node),
    )


async def existing(reader: Reader, keys: Iterable[Position]) -> set[tuple[str, str]]:
    """The (conversation id, id) of the changes that exist, out of these (app id, conversation id, id)."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id, id) for app_id, conversation_id, id in keys]
    return {(row[0], row[1]) for row in await reader.get_many(TABLE, ("conversation_id", "id"), KEY, wanted)}


async def page_of_conversation(
    reader: Reader, app_id: str, conversation_id: str, page: Page, between: Between
) -> Slice[Change]:
    """A page of the changes of a conversation, oldest first."""
    sources = (
        RowSource(("id", *_ENTRY), _OF_CONVERSATION.format(TABLE), between),
        RowSource(("id", *_PRESENT), _IN_SEAT, between),
        RowSource(("since", *_PRESENT), _IN_SEAT_SINCE, between),
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
    """A page of the members of the conversation at a time, in milliseconds.

    The columns are a cursor, the id of the participant, the id of the user, the id of the joining, and the id of the
    leaving, which is NULL for a present membership. Its cost does not grow with the number of changes: see
    storage/intervals.py.
    """
    later = ids.earliest(moment + 1) if moment < ids.LAST_MILLISECOND else ids.LAST
    joined, left = Between(end=later), Between(first=later)
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    nodes = await _nodes_at(reader, values, moment, joined, left, page)
    is_behind = NO_TIME in nodes
    sources = [
        RowSource(("id", *_MEMBER), _IN_SEAT, joined),
        RowSource(("since", *_MEMBER), _IN_SEAT_SINCE, joined),
        *(RowSource(_ID_ONLY, _AT_NODE, joined, (1, node)) for node in nodes if node > moment),
        *(RowSource(_ID_ONLY, _AT_NODE, left, (0, node)) for node in nodes if NO_TIME < node <= moment),
    ]
    # Padded, so that few numbers of sources occur, and PostgreSQL keeps the plans of their statements.
    unused = -(len(sources) - 2) % _NODES
    sources += [RowSource(_ID_ONLY, _AT_NODE, NONE, (0, NO_TIME))] * unused
    return await merged_slice_of(reader, sources, values, page, is_behind=is_behind, completed=_WITH_CHANGE)


async def _nodes_at(
    reader: Reader, values: tuple[object, ...], moment: int, joined: Between, left: Between, page: Page
) -> list[int]:
    """The nodes with a membership that contains the time and is on the page or beyond it: most ancestors of the time
    have none. The node `NO_TIME` is one of them if there are records behind the page.
    """
    nodes = ancestors_of(moment)[::-1]  # the higher ones have more memberships
    given = [*values, moment]
    for keys in (beyond(page), behind(page)):
        given += (*joined.within(keys), *left.within(keys))
    listed = ", ".join(f"(CAST({number} AS bigint))" for number in parameters(nodes, len(given) + 1).split(", "))
    query = f"WITH {_BOUNDS}, candidate (node) AS (VALUES {listed}) SELECT node FROM {_CONTAINING} AND side = 0"
    if behind(page) != NONE:
        query += f" UNION ALL SELECT {NO_TIME} WHERE {_ANY_BEHIND}"
    return [row[0] for row in await reader.rows(query, *given, *nodes)]


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
    """Replace an erased user by a pseudonym in up to `limit` changes; returns their number."""
    keys = await tx.rows(
        f"SELECT bucket, app_id, conversation_id, id FROM {TABLE} WHERE app_id = $1 AND user_id = $2 "
        "ORDER BY id LIMIT $3",
        app_id,
        user_id,
        limit,
    )
    await tx.update(TABLE, ("user_id",), KEY, [(pseudonym, *key) for key in keys])
    return len(keys)
