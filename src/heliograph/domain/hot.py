"""The batch of the hot verbs: joining, leaving, posting messages and activities.

It gathers the facts that all its calls need, decides the calls one by one in the order in which they arrived, and saves
what was decided. One batch for all of them: a message of somebody who has joined a moment before is one of a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from heliograph.domain.membership import Join, Joined, Leave, Left, decide_join, decide_leave
from heliograph.domain.roster import Call, MemberKey, Refused, Roster, shown_associations
from heliograph.domain.speaking import Act, Acted, Post, Posted, decide_act, decide_post
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import clients, conversations, participants, users
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.messages import SILENT

SDK_TYPES = {"android", "ios", "unity", "web"}
"""The integrations that an SDK client stands for."""

HotVerb = Join | Leave | Post | Act
Outcome = Joined | Left | Posted | Acted | Refused


def decide(call: HotVerb, roster: Roster) -> Outcome:
    """Apply the rules to one call."""
    match call:
        case Post():
            return decide_post(call, roster)
        case Act():
            return decide_act(call, roster)
        case Join():
            return decide_join(call, roster)
        case Leave():
            return decide_leave(call, roster)


async def hot_verbs(tx: Tx, calls: Sequence[HotVerb]) -> list[Outcome]:
    """The batch."""
    roster = await gather(tx, calls)
    outcomes = [decide(call, roster) for call in calls]
    await roster.save(tx)
    return outcomes


async def gather(tx: Tx, calls: Sequence[HotVerb]) -> Roster:
    """The facts for these calls, with their conversations locked in the order of their ids."""
    roster = Roster(tx.now)
    wanted = sorted({(call.tenant.app_id, call.conversation_id) for call in calls})
    for conversation in await conversations.get_many(tx, wanted, lock=Lock.CHANGE):
        roster.conversations[conversation.app_id, conversation.id] = conversation
    await _gather_named_participants(tx, calls, roster)
    await _gather_channels(tx, calls, roster)
    if external := {key for call in calls if (key := call.external_key) is not None}:
        roster.ids_of_external = await users.ids_of(tx, external)
    named = [(call, user_id) for call in calls if (user_id := call.named(roster)) is not None]
    await _gather_users(tx, named, roster)
    await _gather_members(tx, ((call.tenant.app_id, call.conversation_id, user_id) for call, user_id in named), roster)
    subscribing = {
        (call.tenant.app_id, user_id) for call, user_id in named if isinstance(call, Join) and call.subscribe
    }
    if subscribing:
        roster.sdk_clients = await clients.sdk_clients(tx, subscribing)
    return roster


async def _gather_named_participants(tx: Tx, calls: Sequence[HotVerb], roster: Roster) -> None:
    named = {
        (call.tenant.app_id, call.conversation_id, call.participant_id)
        for call in calls
        if isinstance(call, Leave) and call.participant_id is not None
    }
    if named:
        for participant in await participants.get_many(tx, named):
            roster.holds(participant)


async def _gather_channels(tx: Tx, calls: Sequence[HotVerb], roster: Roster) -> None:
    """Where the user of a personal conversation can be reached, if a message is to go to one place alone."""
    for call in calls:
        conversation = roster.conversation_of(call)
        targeted = isinstance(call, Post) and call.destination is not None
        if targeted and conversation is not None and conversation.type == PERSONAL:
            found = {SILENT}
            for participant in await participants.of_conversation(tx, conversation.app_id, conversation.id):
                for one in shown_associations(participant.client_associations):
                    found |= {one.type} | (SDK_TYPES if one.type == "sdk" else set())
                    client = await clients.get(tx, conversation.app_id, participant.user_id, one.client_id)
                    if client and client.integration_id:
                        found.add(client.integration_id)
            roster.channels[conversation.app_id, conversation.id] = found


async def _gather_users(tx: Tx, named: Sequence[tuple[Call, str]], roster: Roster) -> None:
    # Who joins must stay. Who is a member stays anyhow: deleting a user takes the locks of all the user's
    # conversations, and those of the calls are taken.
    joining = {(call.tenant.app_id, user_id) for call, user_id in named if isinstance(call, Join)}
    others = {(call.tenant.app_id, user_id) for call, user_id in named} - joining
    for keys, lock in ((joining, Lock.KEEP), (others, Lock.NONE)):
        if keys:
            for user in await users.get_many(tx, sorted(keys), lock=lock):
                roster.users[user.app_id, user.id] = user


async def _gather_members(tx: Tx, keys: Iterable[MemberKey], roster: Roster) -> None:
    unknown = {key for key in keys if key not in roster.participants}
    if unknown and (found := await participants.ids_of_members(tx, unknown)):
        for participant in await participants.get_many(tx, found):
            roster.holds(participant)
