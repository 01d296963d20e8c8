"""The app setting `conversationRetentionSeconds`: messages are deleted after this time without a new one."""

from __future__ import annotations

from heliograph.domain.changes import Changes
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import conversations, inactivity
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.inactivity import StoredLimit
from heliograph.storage.store import Store
from heliograph.wire.apps import AppSettings

_STEP = 100
_CHECKS = 16
"""How often a conversation is checked before it counts as inactive."""


def limit_of(settings: AppSettings) -> int | None:
    """How long messages are kept without a new one, in milliseconds; None for no limit."""
    return (settings.conversation_retention_seconds or 0) * 1000 or None


def interval(limit: StoredLimit) -> int:
    """The time between two checks of a conversation, in milliseconds.

    Messages may be kept longer than the limit by two intervals: one until the first check after the last message, and
    one after the limit has passed.
    """
    return (limit.milliseconds or 0) // _CHECKS


async def sweep(store: Store, limit: StoredLimit) -> int:
    """Delete the messages of the conversations of an app that are inactive at the age of its limit.

    Returns the number of inactive conversations.
    """
    count, more = 0, True
    while more:
        inactive, more = await store.write(check, limit, _STEP)
        for conversation_id in inactive:
            await store.write(clear, limit.app_id, conversation_id)
        count += len(inactive)
    return count


async def check(tx: Tx, limit: StoredLimit, count: int) -> tuple[list[str], bool]:
    """Check up to `count` conversations of an app that are due for a check.

    Returns those that are inactive, and whether there may be more to check.
    """
    # Of two processes that check at the same time, the second one finds nothing to do.
    before = limit.age - interval(limit) // 2 - 1
    ids = await inactivity.checked_before(tx, limit.app_id, before, count)
    found = await conversations.get_many(tx, [(limit.app_id, id) for id in sorted(ids)], lock=Lock.CHANGE)
    seen = [one for one in found if one.checked_at is not None and one.checked_at <= before]
    for conversation in seen:
        if conversation.idle_seq != conversation.message_seq:
            conversation.idle_seq, conversation.idle_since = conversation.message_seq, limit.age
        conversation.checked_at = limit.age
    await conversations.set_checks(tx, seen)
    return [one.id for one in seen if _is_inactive(one, limit)], len(ids) == count


def _is_inactive(conversation: StoredConversation, limit: StoredLimit) -> bool:
    since = conversation.idle_since
    return (
        limit.milliseconds is not None
        and since is not None
        and conversation.idle_seq == conversation.message_seq
        and limit.age - since >= limit.milliseconds
    )


async def clear(tx: Tx, app_id: str, conversation_id: str) -> None:
    """Delete the messages of a conversation, like DeleteAllMessages, unless it has become active."""
    conversation = await conversations.get(tx, app_id, conversation_id, lock=Lock.CHANGE)
    limit = await inactivity.get(tx, app_id)
    if conversation is not None and limit is not None and _is_inactive(conversation, limit):
        changes = Changes(tx.now)
        changes.delete_messages(conversation)
        await changes.save(tx)
