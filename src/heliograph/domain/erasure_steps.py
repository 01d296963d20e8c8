"""The steps of an erasure, after the user was deleted: each examines some rows of the app and changes those that name
the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import get_args

from msgspec.structs import replace

from heliograph.domain import recorded_texts
from heliograph.domain.redaction import Redaction
from heliograph.errors import UsageError
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import (
    attachments,
    conversations,
    deliveries,
    delivery_queue,
    erasures,
    history,
    idempotency_keys,
    mentions,
    support_users,
)
from heliograph.storage.rows.erasures import ErasureState, Phase, StoredErasure
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.mentions import ExaminedRequest
from heliograph.storage.sealing import Sealer

_ROWS = 500
_REQUESTS = 100
_BUCKETS = 64
_REMOVAL = "user:remove"
_PHASES: tuple[Phase, ...] = get_args(Phase)

_Step = Callable[[Tx, StoredErasure, ErasureState], Awaitable[bool]]
"""Takes a step of a phase; returns whether it was the last one."""


async def take(tx: Tx, erasure: StoredErasure, sealer: Sealer) -> None:
    """Take the next step. The transaction has locked the erasure, and `save` stores the progress."""
    assert erasure.state is not None
    step = partial(_keys, sealer) if erasure.state.phase == "keys" else _STEPS[erasure.state.phase]
    if await step(tx, erasure, erasure.state):
        if erasure.state.phase == _PHASES[-1]:
            erasure.state, erasure.finished_at = None, tx.now
        else:
            next_phase(erasure.state)


async def save(tx: Tx, erasure: StoredErasure) -> None:
    """Store the progress."""
    erasure.touched_at = tx.now
    await erasures.change(tx, erasure)


def next_phase(state: ErasureState) -> None:
    """Begin with the phase after this one."""
    state.phase = _PHASES[_PHASES.index(state.phase) + 1]
    state.bucket, state.after = 0, ("", "")


def count(counts: dict[str, int], **rows: int) -> None:
    """Count rows by their kind."""
    for kind, number in rows.items():
        if number:
            counts[kind] = counts.get(kind, 0) + number


def _redaction(erasure: StoredErasure, state: ErasureState) -> Redaction:
    return Redaction(frozenset(state.user_ids), erasure.pseudonym, frozenset(state.conversation_ids))


async def _history(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    for user_id in state.user_ids:
        found = await history.replace_user(tx, erasure.app_id, user_id, erasure.pseudonym, _ROWS)
        count(erasure.counts.changed, membershipChanges=found)
        if found == _ROWS:
            return False
    return True


async def _messages(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    examined, last = 0, min(state.bucket + _BUCKETS, tx.buckets)
    found: list[tuple[str, str]] = []
    while examined < _ROWS and state.bucket < last:
        limit = _ROWS - examined
        rows = await mentions.messages(tx, erasure.app_id, state.bucket, state.after, state.user_ids, limit)
        examined += len(rows)
        found += [(one.conversation_id, one.id) for one in rows if one.shown is not None]
        if len(rows) < limit:
            state.bucket, state.after = state.bucket + 1, ("", "")
        else:
            state.after = rows[-1].conversation_id, rows[-1].id
    if found:
        await _redact_messages(tx, erasure, state, found)
    return state.bucket == tx.buckets


async def _redact_messages(tx: Tx, erasure: StoredErasure, state: ErasureState, keys: list[tuple[str, str]]) -> None:
    app_id, redaction = erasure.app_id, _redaction(erasure, state)
    await conversations.get_many(tx, [(app_id, where) for where in sorted({one[0] for one in keys})], lock=Lock.CHANGE)
    # The messages may have been changed or deleted before the conversations were locked.
    rows = await mentions.get_messages(tx, app_id, keys)
    changed = [(where, id, *redaction.message(shown)) for where, id, shown in rows]
    for where, id, _, is_own in changed:
        if is_own:
            released = await attachments.disown(tx, app_id, where, id)
            state.file_ids += [one.id for one in released if one.uses == 0]
            count(erasure.counts.kept, files=sum(one.uses > 0 for one in released))
    await mentions.set_messages(tx, app_id, [one[:3] for one in changed], [one[3] for one in changed])
    emptied = sum(one[3] for one in changed)
    count(erasure.counts.changed, messages=emptied, quotes=len(changed) - emptied)


async def _outbound(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    for client_id in state.client_ids:
        count(erasure.counts.removed, outbound=await mentions.remove_outbound(tx, erasure.app_id, client_id))
    return True


async def _support_users(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    app_id = erasure.app_id
    for id in await mentions.support_users(tx, app_id, state.zendesk_id, state.external_id, state.emails):
        count(erasure.counts.removed, supportUsers=await support_users.remove(tx, app_id, id))
    return True


async def _events(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    app_id = erasure.app_id
    rows = await mentions.events(tx, app_id, state.after[0], state.user_ids, _ROWS)
    concerned = [one for one in rows if one.app_id == app_id and one.concerns(state)]
    # The event of the removal stays, because webhooks and streams need it.
    own = [(one.bucket, one.id) for one in concerned if one.conversation_id is None and one.type != _REMOVAL]
    await mentions.remove_events(tx, app_id, own)
    count(erasure.counts.removed, events=len(own))
    buckets = {one.id: one.bucket for one in concerned if one.conversation_id is not None}
    stored = await mentions.stored_events(tx, app_id, [(bucket, id) for id, bucket in buckets.items()])
    redaction = _redaction(erasure, state)
    await mentions.set_events(tx, app_id, [(buckets[one.id], _redacted(one, redaction)) for one in stored])
    count(erasure.counts.changed, events=len(stored))
    if rows:
        state.after = rows[-1].id, ""
    return len(rows) < _ROWS


def _redacted(event: StoredEvent, redaction: Redaction) -> StoredEvent:
    payload, concerned = redaction.payload(event.payload, event.conversation_id)
    full = None if event.full_payload is None else redaction.payload(event.full_payload, event.conversation_id)[0]
    return replace(
        event,
        user_id=None if event.user_id is None else redaction.text(event.user_id),
        payload=payload,
        full_payload=full,
        full_source=None if concerned else event.full_source,
        members=event.members and tuple((id, redaction.text(user_id)) for id, user_id in event.members),
    )


async def _deliveries(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    app_id, after = erasure.app_id, state.after[0]
    if not after:
        for lane in state.user_ids:
            await mentions.remove_repetitions(tx, app_id, lane)
    rows = await mentions.deliveries(tx, app_id, after, _ROWS)
    own = [(one.bucket, one.id) for one in rows if one.lane in state.user_ids and one.event_type != _REMOVAL]
    others = [one for one in rows if one.lane not in state.user_ids]
    events = sorted({(one.bucket, one.event_id) for one in others if one.lane not in state.conversation_ids})
    changed = await mentions.mentioning(tx, app_id, events, erasure.pseudonym)
    concerned = [one for one in others if one.event_id in changed or one.lane in state.conversation_ids]
    await deliveries.remove(tx, own)
    # The delivery of the removal may be parked behind a delivery that waited for a retry.
    await delivery_queue.release(
        tx, [(one.bucket, one.id) for one in rows if one.lane in state.user_ids and one.event_type == _REMOVAL]
    )
    await mentions.clear_attempts(tx, app_id, [(one.bucket, one.id) for one in concerned])
    count(erasure.counts.removed, deliveries=len(own))
    count(erasure.counts.changed, deliveries=len(concerned))
    if rows:
        state.after = rows[-1].id, ""
    return len(rows) < _ROWS


async def _files(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    """The files themselves were deleted before."""
    count(erasure.counts.removed, files=len(state.file_ids))
    return True


async def _requests(tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    app_id = erasure.app_id
    rows = await mentions.requests(tx, app_id, state.after[0], _REQUESTS)
    texts = [*state.user_ids, *state.texts, *state.conversation_ids, *state.file_ids]
    mention = recorded_texts.finder(texts)
    found = [one.id for one in rows if mention(one)]
    await mentions.remove_requests(tx, app_id, found)
    count(erasure.counts.removed, requests=len(found))
    if rows:
        state.after = rows[-1].id, ""
    return len(rows) < _REQUESTS


async def _keys(sealer: Sealer, tx: Tx, erasure: StoredErasure, state: ErasureState) -> bool:
    """Delete stored responses that mention the person, also in their keys, and responses that cannot be decrypted."""
    app_id, examined, last = erasure.app_id, 0, min(state.bucket + _BUCKETS, tx.buckets)
    mention = recorded_texts.finder([*state.user_ids, *state.texts, *state.conversation_ids, *state.file_ids])
    found: list[str] = []
    while examined < _REQUESTS and state.bucket < last:
        limit = _REQUESTS - examined
        rows = await idempotency_keys.next_of_app(tx, app_id, state.bucket, state.after[0], limit)
        examined += len(rows)
        found += [key for key, body in rows if _is_about(mention, sealer, app_id, key, body)]
        if len(rows) < limit:
            state.bucket, state.after = state.bucket + 1, ("", "")
        else:
            state.after = rows[-1][0], ""
    await idempotency_keys.remove(tx, app_id, found)
    count(erasure.counts.removed, idempotencyKeys=len(found))
    return state.bucket == tx.buckets


def _is_about(mention: Callable[[ExaminedRequest], bool], sealer: Sealer, app_id: str, key: str, body: bytes) -> bool:
    try:
        return mention(ExaminedRequest(key, key, "", sealer.open(f"{app_id}/{key}", body)))
    except UsageError:
        return True


_STEPS: dict[Phase, _Step] = {
    "history": _history,
    "messages": _messages,
    "outbound": _outbound,
    "supportUsers": _support_users,
    "events": _events,
    "deliveries": _deliveries,
    "files": _files,
    "requests": _requests,
}
