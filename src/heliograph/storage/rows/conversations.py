"""Conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from heliograph import ids
from heliograph.storage.codec import RowCodec, encode
from heliograph.storage.engine import Lock, Reader, Row, Tx
from heliograph.storage.paging import slice_of
from heliograph.storage.rows import switchboards, terms
from heliograph.storage.rows.switchboards import SwitchboardState, load_state
from heliograph.storage.rows.terms import Term
from heliograph.wire.conversations import ConversationType
from heliograph.wire.paging import Page, Slice

_KEY = ("bucket", "app_id", "id")


class StoredConversation(Struct):
    """A row of `conversation`.

    `message_seq` counts the messages that were ever posted, `message_count` those that exist. Messages up to
    `floor_seq` were deleted together.

    `newest_id` is the version: a new id after every change of the messages and participants. It is not less than any
    id in the conversation.

    `active_id` and `pending_id` are ids of switchboard integrations, which may not exist any more. `switchboard` is the
    switchboard of the app, read with the row.

    `checked_at` is the age of the app's limit of inactivity when the conversation was last checked; None without
    messages. At that age the conversation was inactive since `idle_since`, when `idle_seq` was the `message_seq`.

    The other fields are the columns, in this order.
    """

    app_id: str
    id: str
    type: ConversationType
    is_default: bool
    participant_count: int
    message_seq: int
    last_updated_at: int
    business_last_read: int | None
    display_name: str | None
    description: str | None
    icon_url: str | None
    metadata: dict[str, Any] | None
    created_at: int
    newest_id: str | None = None
    message_count: int = 0
    floor_seq: int = 0
    active_id: str | None = None
    pending_id: str | None = None
    checked_at: int | None = None
    idle_since: int | None = None
    idle_seq: int | None = None
    switchboard: SwitchboardState | None = None


NEVER = -(2**53)
"""The value of `checked_at` of a conversation with messages that was not checked yet. Migrations contain it too."""
_AFTER_EVERY_NAME = "\U0010ffff"
_CHECKS = ("checked_at", "idle_since", "idle_seq")
_SWITCHBOARD = "(SELECT state FROM switchboard WHERE switchboard.app_id = conversation.app_id)"
ROWS = RowCodec(StoredConversation, computed={"switchboard": _SWITCHBOARD}, switchboard=(load_state, encode))
_CHANGEABLE = ("display_name", "description", "icon_url", "metadata")
_COUNTS = (
    "participant_count",
    "message_seq",
    "message_count",
    "floor_seq",
    "last_updated_at",
    "business_last_read",
    "newest_id",
)


async def get(
    reader: Reader, app_id: str, conversation_id: str, *, lock: Lock = Lock.NONE
) -> StoredConversation | None:
    """The conversation."""
    key = (reader.bucket(conversation_id), app_id, conversation_id)
    row = await reader.get("conversation", ROWS.selected, _KEY, key, lock=lock)
    return _followed(ROWS.load(row), lock) if row else None


async def of_app(reader: Reader, app_id: str) -> list[StoredConversation]:
    """All conversations of the app, oldest first."""
    rows = await reader.rows(
        f"SELECT {', '.join(ROWS.selected)} FROM conversation WHERE app_id = $1 ORDER BY id", app_id
    )
    return [ROWS.load(row) for row in rows]


async def page(reader: Reader, app_id: str, page: Page, *, newest_first: bool) -> Slice[StoredConversation]:
    """A page of the conversations of the app, in the order of their ids or in the opposite one."""
    # With one bucket the key has this order.
    source = (
        "conversation WHERE bucket = 0 AND app_id = $1" if reader.buckets == 1 else "conversation WHERE app_id = $1"
    )
    rows = await slice_of(
        reader, ROWS.selected, source, (app_id,), page, spread=reader.buckets > 1, newest_first=newest_first
    )
    return rows.holding([ROWS.load(row[:-1]) for row in rows.records])


async def named(reader: Reader, app_id: str, beginning: str, limit: int) -> list[tuple[str, str]]:
    """The ids and names of up to `limit` conversations whose display names begin with a text, in their order. The case
    of ASCII letters is ignored."""
    # Like bytes.lower(), lower() of both engines changes only ASCII letters.
    first = beginning.encode().lower().decode()
    rows = await reader.rows(
        "SELECT id, display_name FROM conversation WHERE app_id = $1 AND display_name IS NOT NULL "
        "AND lower(display_name) >= $2 AND lower(display_name) < $3 ORDER BY lower(display_name), id LIMIT $4",
        app_id,
        first,
        first + _AFTER_EVERY_NAME,
        limit,
    )
    return [(row[0], row[1]) for row in rows]


async def version(reader: Reader, app_id: str, conversation_id: str) -> str | None:
    """The version of the conversation, which changes with its messages and participants; None if it does not exist."""
    key = (reader.bucket(conversation_id), app_id, conversation_id)
    row = await reader.get("conversation", ("newest_id",), _KEY, key)
    return row[0] if row else None


async def get_many(
    reader: Reader, keys: Iterable[tuple[str, str]], *, lock: Lock = Lock.NONE
) -> list[StoredConversation]:
    """The conversations with these (app id, conversation id)."""
    wanted = [(reader.bucket(conversation_id), app_id, conversation_id) for app_id, conversation_id in keys]
    rows = await reader.get_many("conversation", ROWS.selected, _KEY, wanted, lock=lock)
    if lock is Lock.NONE:
        return [ROWS.load(row) for row in rows]
    return [await load_locked(reader, row) for row in rows]


async def load_locked(reader: Reader, row: Row) -> StoredConversation:
    """The conversation of a row that the statement has locked."""
    conversation = _followed(ROWS.load(row), Lock.CHANGE)
    if not reader.single_writer:
        await _refresh_switchboard(reader, conversation)
    return conversation


async def _refresh_switchboard(reader: Reader, conversation: StoredConversation) -> None:
    """Read the switchboard again if it lacks the active or the pending integration.

    A statement that has waited for a lock returns the row as of the end of the wait, but the switchboard as of its
    beginning. The integration may have been added meanwhile.
    """
    known = conversation.switchboard or SwitchboardState()
    named = [id for id in (conversation.active_id, conversation.pending_id) if id is not None]
    if any(known.find(id) is None for id in named):
        found = await switchboards.of_app(reader, conversation.app_id)
        conversation.switchboard = found.state if found else None


def _followed(conversation: StoredConversation, lock: Lock) -> StoredConversation:
    # Ids that this process creates must be greater than those of another process whose clock is ahead.
    if lock is not Lock.NONE and conversation.newest_id is not None:
        ids.follow(conversation.newest_id)
    return conversation


async def add(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Create the conversations."""
    rows = [(tx.bucket(one.id), *ROWS.dump(one)) for one in conversations]
    await tx.insert("conversation", ("bucket", *ROWS.columns), rows)
    await terms.replace(tx, set(), _terms(tx, conversations))


async def change(tx: Tx, before: StoredConversation, conversation: StoredConversation) -> None:
    """Store the fields of a conversation that a caller can change, and its search terms."""
    await terms.replace(tx, _terms(tx, [before]), _terms(tx, [conversation]))
    key = (tx.bucket(conversation.id), conversation.app_id, conversation.id)
    await tx.update("conversation", _CHANGEABLE, _KEY, [(*ROWS.dump_columns(conversation, _CHANGEABLE), *key)])


async def set_counts(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Store the counts, times and versions of conversations that this transaction has locked."""
    tx.effects.changed_conversations.update([one.id for one in conversations])
    await tx.update(
        "conversation",
        _COUNTS,
        _KEY,
        [
            (
                one.participant_count, one.message_seq, one.message_count, one.floor_seq, one.last_updated_at,
                one.business_last_read, one.newest_id, tx.bucket(one.id), one.app_id, one.id,
            )
            for one in conversations
        ],
    )  # fmt: skip


async def set_control(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Store which switchboard integrations are active and pending in the conversations."""
    rows = [(one.active_id, one.pending_id, tx.bucket(one.id), one.app_id, one.id) for one in conversations]
    await tx.update("conversation", ("active_id", "pending_id"), _KEY, rows)


async def set_checks(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Store when the conversations were checked, and since when they are inactive."""
    rows = [
        (one.checked_at, one.idle_since, one.idle_seq, tx.bucket(one.id), one.app_id, one.id) for one in conversations
    ]
    await tx.update("conversation", _CHECKS, _KEY, rows)


async def set_default(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Store whether the conversations are the default ones of their users."""
    rows = [(int(one.is_default), tx.bucket(one.id), one.app_id, one.id) for one in conversations]
    await tx.update("conversation", ("is_default",), _KEY, rows)


async def remove(tx: Tx, conversations: Sequence[StoredConversation]) -> None:
    """Delete the conversations, without their participants and messages."""
    tx.effects.changed_conversations.update([one.id for one in conversations])
    await tx.delete("conversation", _KEY, [(tx.bucket(one.id), one.app_id, one.id) for one in conversations])
    await terms.replace(tx, _terms(tx, conversations), set())


def _terms(tx: Tx, conversations: Iterable[StoredConversation]) -> set[Term]:
    found: set[Term] = set()
    for one in conversations:
        if one.metadata:
            found |= terms.of_metadata(tx, "conversation.metadata", one.app_id, one.id, one.metadata)
    return found
