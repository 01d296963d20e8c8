"""A conversation, a user and the user's participant in it, read by one statement.

A lone join would otherwise read each of them in turn, and on PostgreSQL each statement is a round trip.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import conversations, participants, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser

_OF_CONVERSATION = "conversation WHERE bucket = $1 AND app_id = $2 AND id = $3"
_OF_USER = "app_user WHERE bucket = $4 AND app_id = $2 AND id = $5"
_BEGIN = 2
_USER = _BEGIN + len(conversations.ROWS.selected)
_PARTICIPANT = _USER + len(users.ROWS.columns)
"""The positions of the first columns of the conversation, the user and the participant."""


class VerbFacts(Struct):
    """What a verb that is alone in its batch reads: a locked conversation, with the user and the participant if they
    exist. `has_webhooks` is whether the app has any."""

    conversation: StoredConversation | None = None
    user: StoredUser | None = None
    participant: StoredParticipant | None = None
    has_webhooks: bool = True


async def get(
    tx: Tx, app_id: str, conversation_id: str, user_id: str | None, *, user_lock: Lock = Lock.NONE
) -> VerbFacts | None:
    """The facts about a user in a conversation. Without a user id, they are only about the conversation.

    None if the conversation is locked now, and has changed since the statement began: then the other rows may be old.
    """
    key = (tx.bucket(conversation_id), app_id, conversation_id)
    lock = tx.lock_clauses[Lock.CHANGE]
    if user_id is None:
        row = await tx.row(_conversation(lock), *key)
    else:
        row = await tx.row(_participation(lock, tx.lock_clauses[user_lock]), *key, tx.bucket(user_id), user_id)
    if row is None:
        return VerbFacts()
    conversation = await conversations.load_locked(tx, row[_BEGIN:_USER])
    if row[0] != conversation.newest_id:
        return None
    return VerbFacts(
        conversation,
        users.ROWS.load(row[_USER:_PARTICIPANT]) if any(row[_USER:_PARTICIPANT]) else None,
        participants.ROWS.load(row[_PARTICIPANT:]) if any(row[_PARTICIPANT:]) else None,
        bool(row[1]),
    )


# A statement that waits for a lock returns the locked row as of the end of the wait, and all others as of its own
# beginning, among them the first column here.
_FIRST = f"(SELECT newest_id FROM {_OF_CONVERSATION}), EXISTS (SELECT 1 FROM webhook WHERE app_id = $2)"
_LOCKED = f"(SELECT {', '.join(conversations.ROWS.selected)} FROM {_OF_CONVERSATION}"
_LAST = ", ".join(f"participant.{column}" for column in participants.ROWS.columns)


@lru_cache
def _conversation(lock: str) -> str:
    return f"SELECT {_FIRST}, locked.* FROM {_LOCKED}{lock}) AS locked"


@lru_cache
def _participation(lock: str, user_lock: str) -> str:
    return (
        f"SELECT {_FIRST}, locked.*, named.*, {_LAST} FROM {_LOCKED}{lock}) AS locked "
        f"LEFT JOIN (SELECT {', '.join(users.ROWS.columns)} FROM {_OF_USER}{user_lock}) AS named ON true "
        "LEFT JOIN membership ON membership.bucket = $4 AND membership.app_id = $2 AND membership.user_id = $5 "
        "AND membership.conversation_id = $3 "
        "LEFT JOIN participant ON participant.bucket = $1 AND participant.app_id = $2 "
        "AND participant.conversation_id = $3 AND participant.id = membership.participant_id"
    )
