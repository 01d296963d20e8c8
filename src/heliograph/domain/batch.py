"""The conversation batch: joins, leaves, messages and activities that share a transaction.

It gathers the facts that its verbs need, decides the verbs one by one in the order in which they arrived, and saves the
changes. All verbs share one batch, so a user can post a message right after a join in the same batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from heliograph.domain.changes import Changes
from heliograph.domain.facts import FactBook, MemberKey, Needs, Reach
from heliograph.domain.verbs import Refused, Verb
from heliograph.storage.engine import Lock, StaleRead, Tx
from heliograph.storage.rows import attachments, clients, conversations, integrations, participants, users, verb_facts
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.wire.conversations import PERSONAL

T = TypeVar("T")

_SHOW_AI_DISCLAIMER = "showAIDisclaimer"


async def conversation_batch(tx: Tx, verbs: Sequence[Verb[T]]) -> list[T | Refused]:
    """Decide the verbs and save their changes; returns the outcome of each verb."""
    facts = await gather(tx, [verb.needs() for verb in verbs])
    changes = Changes(tx.now, facts)
    outcomes = [verb.decide(facts, changes) for verb in verbs]
    await changes.save(tx)
    return outcomes


async def gather(tx: Tx, needs: Sequence[Needs]) -> FactBook:
    """Load the needed facts. Locks the conversations in the order of their ids."""
    facts = FactBook()
    if len(needs) > 1 or not await _gather_for_one(tx, needs[0], facts):
        await _gather_rows(tx, needs, facts)
    await _gather_reaches(tx, needs, facts)
    if subscribing := [need for need in needs if need.sdk_client]:
        named = _named_users(subscribing, facts)
        facts.add_sdk_clients(await clients.sdk_clients(tx, {(need.app_id, user_id) for need, user_id in named}))
    if shown := {(need.app_id, id) for need in needs for id in need.attachments}:
        for attachment in await attachments.get_many(tx, sorted(shown), lock=Lock.CHANGE):
            facts.add_attachment(attachment)
    return facts


async def _gather_for_one(tx: Tx, need: Needs, facts: FactBook) -> bool:
    """Gather the rows of a lone verb by one statement; returns whether that was possible."""
    if not tx.joins_buckets or need.participant_key is not None:
        return False
    if (external := need.external_key) is not None:
        facts.add_external_ids(await users.ids_of(tx, [external]))
    named = _named_users([need], facts)
    user_id = named[0][1] if named else None
    lock = Lock.KEEP if need.keep_user else Lock.NONE
    found = await verb_facts.get(tx, *need.conversation_key, user_id, user_lock=lock)
    if found is None:
        return False
    facts.add_verb_facts(found)
    # Without a conversation there is no user either.
    if external is not None and found.conversation is not None and not tx.single_writer:
        _check_external_ids(named, facts)
    return True


async def _gather_rows(tx: Tx, needs: Sequence[Needs], facts: FactBook) -> None:
    wanted = sorted({need.conversation_key for need in needs})
    for conversation in await conversations.get_many(tx, wanted, lock=Lock.CHANGE):
        facts.add_conversation(conversation)
    indirect = [need for need in needs if need.user is not None and need.user.user_id is None]
    await _gather_named_participants(tx, indirect, facts)
    if external := {key for need in indirect if (key := need.external_key) is not None}:
        facts.add_external_ids(await users.ids_of(tx, external))
    named = _named_users(needs, facts)
    await _gather_users(tx, named, facts)
    if external and not tx.single_writer:
        _check_external_ids(named, facts)
    if inhabited := {key for key in wanted if facts.has_members(*key)}:
        members = [(*need.conversation_key, id) for need, id in named if need.conversation_key in inhabited]
        await _gather_members(tx, members, facts)


def _named_users(needs: Sequence[Needs], facts: FactBook) -> list[tuple[Needs, str]]:
    named = []
    for need in needs:
        if need.user is not None:
            user_id = facts.user_id(need.app_id, need.conversation_id, need.user)
            if user_id is not None:
                named.append((need, user_id))
    return named


async def _gather_named_participants(tx: Tx, needs: Sequence[Needs], facts: FactBook) -> None:
    if named := {key for need in needs if (key := need.participant_key) is not None}:
        for participant in await participants.get_many(tx, named):
            facts.add_participant(participant)


async def _gather_reaches(tx: Tx, needs: Sequence[Needs], facts: FactBook) -> None:
    disclaimed = {need.conversation_key for need in needs if need.disclaimers}
    for key in {need.conversation_key for need in needs if need.reach}:
        conversation = facts.conversation(*key)
        if conversation is not None and conversation.type == PERSONAL:
            if (reach := await _reach(tx, conversation)) is not None:
                if key in disclaimed:
                    reach = replace(reach, undisclosed=await _undisclosed(tx, conversation.app_id, reach.clients))
                facts.set_reach(conversation, reach)


async def _reach(tx: Tx, conversation: StoredConversation) -> Reach | None:
    app_id = conversation.app_id
    for participant in await participants.of_conversation(tx, app_id, conversation.id):
        ids = [association.client_id for association in participant.client_associations]
        found = {one.id: one for one in await clients.get_many(tx, [(app_id, participant.user_id, id) for id in ids])}
        if (user := await users.get(tx, app_id, participant.user_id)) is not None:
            return Reach(user, [found[id] for id in ids if id in found])
    return None


async def _undisclosed(tx: Tx, app_id: str, clients: Sequence[StoredClient]) -> frozenset[str]:
    ids = {one.integration_id for one in clients if one.integration_id is not None}
    found = [await integrations.get(tx, app_id, id) for id in sorted(ids)]
    return frozenset(one.id for one in found if one is not None and one.settings.get(_SHOW_AI_DISCLAIMER) is False)


async def _gather_users(tx: Tx, named: Sequence[tuple[Needs, str]], facts: FactBook) -> None:
    # Only users who may not be members yet need a lock. A member cannot be deleted anyway: deleting a user locks all
    # their conversations first, and this batch has locked those of its verbs.
    kept = dict.fromkeys([(need.app_id, user_id) for need, user_id in named if need.keep_user])
    others = dict.fromkeys([key for need, id in named if not need.keep_user and (key := (need.app_id, id)) not in kept])
    for keys, lock in ((kept, Lock.KEEP), (others, Lock.NONE)):
        if keys:
            facts.add_users(await users.get_many(tx, keys, lock=lock))


def _check_external_ids(named: Sequence[tuple[Needs, str]], facts: FactBook) -> None:
    """Raise StaleRead if an external id moved to another user after it was looked up."""
    for need, user_id in named:
        if need.user is not None and need.user.external_id is not None:
            user = facts.stored_user(need.app_id, user_id)
            if user is None or user.external_id != need.user.external_id:
                raise StaleRead


async def _gather_members(tx: Tx, keys: Iterable[MemberKey], facts: FactBook) -> None:
    unknown = {key for key in keys if not facts.has_participant(key)}
    if unknown and (found := await participants.ids_of_members(tx, unknown)):
        for participant in await participants.get_many(tx, found):
            facts.add_participant(participant)
