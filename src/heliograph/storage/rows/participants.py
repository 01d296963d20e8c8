"""Participants by conversation and memberships by user: two tables with the same data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Raw, Struct

from heliograph.ids import FIRST
from heliograph.storage.codec import RowCodec
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire import times
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.paging import Page, Slice

_OF_CONVERSATION = "participant WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3"
_KEY = ("bucket", "app_id", "conversation_id", "id")
_REMOVED_AT_ONCE = 500
"""How many participants `remove_next` deletes: other work can run between its steps."""
_MEMBERSHIP_KEY = ("bucket", "app_id", "user_id", "conversation_id")


class StoredParticipant(Struct, gc=False):
    """A row of `participant`. The client association that was active last is the first one.

    The fields are the columns, in this order; the id comes first, because pages are in its order. `origin` is the cause
    of the joining. `since` is the id of the joining if it differs from the id of the participant, because the
    participant had another user before.
    """

    id: str
    user_id: str
    user_external_id: str | None
    client_associations: list[ClientAssociation]
    seen_seq: int
    last_read: int | None
    app_id: str
    conversation_id: str
    since: str | None = None
    origin: str | None = None

    @property
    def joined_id(self) -> str:
        """The id of the joining."""
        return self.since or self.id


ROWS = RowCodec(StoredParticipant)
_decode_associations = msgspec.json.Decoder(list[ClientAssociation]).decode


_CONVERSATION = "(SELECT {} FROM conversation WHERE bucket = $1 AND app_id = $2 AND id = $3)"
_FLOOR = _CONVERSATION.format("floor_seq")
_LISTED = (
    "id",
    "user_id",
    "user_external_id",
    "client_associations",
    "last_read",
    # The subqueries refer to no column of the participant, so each of them runs once.
    f"{_CONVERSATION.format('message_seq')} - CASE WHEN seen_seq > {_FLOOR} THEN seen_seq ELSE {_FLOOR} END",
    _CONVERSATION.format("newest_id"),
)
_VERSION = 6
"""The position of the version."""


class ListedParticipant(Struct, rename="camel", omit_defaults=True):
    """A participant of a page as responses show it: `Participant`, without the cost of its keyword arguments.

    `client_associations` stays JSON as it is stored. Pages are long and read often.
    """

    id: str
    user_id: str
    unread_count: int
    client_associations: Raw
    user_external_id: str | None = None
    last_read: str | None = None


class VersionedPage(Struct):
    """A page of participants, and the version of their conversation, which an empty page does not have."""

    participants: Slice[ListedParticipant]
    version: str | None


class StoredMembership(Struct):
    """A conversation that a user is in, and the id of their participant in it."""

    conversation_id: str
    participant_id: str


class StoredMember(Struct):
    """A participant with its user."""

    id: str
    user_id: str
    client_associations: list[ClientAssociation]


async def page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> VersionedPage:
    """A page of the conversation's participants, in the order of joining."""
    values = (reader.bucket(conversation_id), app_id, conversation_id)
    rows = await slice_of(reader, _LISTED, _OF_CONVERSATION, values, page, shared=True)
    version = rows.records[0][_VERSION] if rows.records else None
    found = [
        ListedParticipant(
            id, user_id, unread, Raw(associations), external_id, None if read is None else times.to_text(read)
        )
        for id, user_id, external_id, associations, read, unread, _, _ in rows.records
    ]
    return VersionedPage(rows.holding(found), version)


async def get_many(reader: Reader, keys: Iterable[tuple[str, str, str]]) -> list[StoredParticipant]:
    """The participants with these (app id, conversation id, participant id)."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id, id) for app_id, conversation_id, id in keys]
    return ROWS.load_all(await reader.get_many("participant", ROWS.columns, _KEY, wanted))


async def ids_of_members(reader: Reader, keys: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """For each (app id, conversation id, user id) that is a membership, (app id, conversation id, participant id)."""
    rows = await reader.get_many(
        "membership",
        ("app_id", "conversation_id", "participant_id"),
        _MEMBERSHIP_KEY,
        [(reader.bucket(user_id), app_id, user_id, conversation_id) for app_id, conversation_id, user_id in keys],
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def memberships(reader: Reader, app_id: str, user_id: str) -> list[StoredMembership]:
    """Every conversation the user is in, in the order of their ids."""
    rows = await reader.rows(
        "SELECT conversation_id, participant_id FROM membership WHERE bucket = $1 AND app_id = $2 AND user_id = $3 "
        "ORDER BY conversation_id",
        reader.bucket(user_id),
        app_id,
        user_id,
    )
    return [StoredMembership(*row) for row in rows]


async def membership_page(
    reader: Reader, app_id: str, user_id: str, page: Page, *, newest_first: bool = False
) -> Slice[str]:
    """A page of the ids of the conversations the user is in, ascending, or with `newest_first` descending."""
    rows = await slice_of(
        reader,
        ("conversation_id",),
        "membership WHERE bucket = $1 AND app_id = $2 AND user_id = $3",
        (reader.bucket(user_id), app_id, user_id),
        page,
        key="conversation_id",
        newest_first=newest_first,
    )
    return rows.holding([row[0] for row in rows.records])


async def of_conversation(reader: Reader, app_id: str, conversation_id: str) -> list[StoredParticipant]:
    """Every participant of the conversation."""
    rows = await reader.rows(
        f"SELECT {', '.join(ROWS.columns)} FROM {_OF_CONVERSATION}",
        reader.bucket(conversation_id),
        app_id,
        conversation_id,
    )
    return [ROWS.load(row) for row in rows]


async def members_after(
    reader: Reader, app_id: str, conversation_id: str, after: str, limit: int
) -> list[StoredMember]:
    """The next members of the conversation after a participant id, in the order of joining."""
    rows = await reader.rows(
        f"SELECT id, user_id, client_associations FROM {_OF_CONVERSATION} AND id > $4 ORDER BY id LIMIT $5",
        reader.bucket(conversation_id),
        app_id,
        conversation_id,
        after,
        limit,
    )
    return [StoredMember(id, user_id, _decode_associations(associations)) for id, user_id, associations in rows]


async def membership_version(reader: Reader, app_id: str, conversation_id: str) -> str | None:
    """The version of the membership, which is the same only while the members are; None without the conversation.

    It consists of the number of participants and the greatest participant id. A participant who joins gets a greater id
    than all earlier participants of the conversation. So if the greatest id is the same as before, all participants
    were there before, and if their number is the same too, none is missing. Messages do not change it.
    """
    row = await reader.row(
        "SELECT participant_count, (SELECT max(id) FROM participant WHERE bucket = $1 AND app_id = $2 "
        "AND conversation_id = $3) FROM conversation WHERE bucket = $1 AND app_id = $2 AND id = $3",
        reader.bucket(conversation_id),
        app_id,
        conversation_id,
    )
    return None if row is None else f"{row[0]}-{row[1] or FIRST}"


async def add(tx: Tx, participants: Sequence[StoredParticipant]) -> None:
    """Create the participants in both tables."""
    await tx.insert(
        "participant",
        ("bucket", *ROWS.columns),
        ROWS.dump_all(participants, [tx.bucket(one.conversation_id) for one in participants]),
    )
    await _add_memberships(tx, participants)


async def _add_memberships(tx: Tx, participants: Sequence[StoredParticipant]) -> None:
    await tx.insert(
        "membership",
        (*_MEMBERSHIP_KEY, "participant_id", "since"),
        [
            (tx.bucket(one.user_id), one.app_id, one.user_id, one.conversation_id, one.id, one.since)
            for one in participants
        ],
    )


async def remove(tx: Tx, participants: Sequence[StoredParticipant]) -> None:
    """Delete the participants from both tables."""
    await tx.delete(
        "participant",
        _KEY,
        [(tx.bucket(one.conversation_id), one.app_id, one.conversation_id, one.id) for one in participants],
    )
    await tx.delete(
        "membership",
        _MEMBERSHIP_KEY,
        [(tx.bucket(one.user_id), one.app_id, one.user_id, one.conversation_id) for one in participants],
    )


async def remove_next(tx: Tx, app_id: str, conversation_id: str) -> list[StoredParticipant]:
    """Delete the next participants of the conversation, in both tables; returns them, none if there are no more."""
    rows = await tx.rows(
        f"SELECT {', '.join(ROWS.columns)} FROM {_OF_CONVERSATION} ORDER BY id LIMIT {_REMOVED_AT_ONCE}",
        tx.bucket(conversation_id),
        app_id,
        conversation_id,
    )
    found = [ROWS.load(row) for row in rows]
    if found:
        await remove(tx, found)
    return found


async def set_owner(tx: Tx, participants: Sequence[StoredParticipant]) -> None:
    """Store everything that depends on the user of the participants. `move_memberships` stores the memberships."""
    columns = ("user_id", "user_external_id", "client_associations", "seen_seq", "last_read", "since", "origin")
    await tx.update(
        "participant",
        columns,
        _KEY,
        [
            (
                *ROWS.dump_columns(one, columns),
                tx.bucket(one.conversation_id), one.app_id, one.conversation_id, one.id,
            )
            for one in participants
        ],
    )  # fmt: skip


async def move_memberships(tx: Tx, moved: Sequence[tuple[str, StoredParticipant]]) -> None:
    """Store the memberships of participants that had another user, whose id comes first."""
    await tx.delete(
        "membership",
        _MEMBERSHIP_KEY,
        [(tx.bucket(user_id), one.app_id, user_id, one.conversation_id) for user_id, one in moved],
    )
    await _add_memberships(tx, [one for _, one in moved])


async def set_seen(tx: Tx, participants: Sequence[StoredParticipant]) -> None:
    """Store how far the participants have read."""
    await tx.update(
        "participant",
        ("seen_seq", "last_read"),
        _KEY,
        [
            (one.seen_seq, one.last_read, tx.bucket(one.conversation_id), one.app_id, one.conversation_id, one.id)
            for one in participants
        ],
    )


async def raise_seen(tx: Tx, app_id: str, conversation_id: str, floor: int, by: int) -> None:
    """Raise how far every participant has read, before `message_seq` is raised by the same number."""
    await tx.execute(
        "UPDATE participant SET seen_seq = CASE WHEN seen_seq > $4 THEN seen_seq ELSE $4 END + $5 "
        "WHERE bucket = $1 AND app_id = $2 AND conversation_id = $3",
        tx.bucket(conversation_id),
        app_id,
        conversation_id,
        floor,
        by,
    )


async def set_associations(tx: Tx, participants: Sequence[StoredParticipant]) -> None:
    """Store the client associations of the participants."""
    await tx.update(
        "participant",
        ("client_associations",),
        _KEY,
        [
            (
                *ROWS.dump_columns(one, ("client_associations",)),
                tx.bucket(one.conversation_id),
                one.app_id,
                one.conversation_id,
                one.id,
            )
            for one in participants
        ],
    )
