"""Joining and leaving: the rules, and the batch in which they are applied.

A batch gathers the facts that all its calls need, decides the calls one by one in the order in which they arrived, and
saves what was decided. `decide` is the one place where the rules live; it knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heliograph.domain.roster import Roster
from heliograph.domain.tenants import Tenant
from heliograph.errors import (
    ApiError,
    ConversationNotFound,
    NotAGroup,
    NotAMember,
    TooManyParticipants,
    UserNotFound,
)
from heliograph.storage import clients, conversations, participants, users
from heliograph.storage.conversations import StoredConversation
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.participants import StoredParticipant
from heliograph.storage.users import StoredUser
from heliograph.wire.conversations import SDK_GROUP


@dataclass(frozen=True, slots=True)
class Join:
    """Add a user, named by exactly one of the two ids, to a group of at most `limit` participants."""

    tenant: Tenant
    conversation_id: str
    user_id: str | None
    user_external_id: str | None
    subscribe: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Remove a participant, named by exactly one of the three ids."""

    tenant: Tenant
    conversation_id: str
    user_id: str | None
    user_external_id: str | None
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class Joined:
    """The user is in the conversation: `added` just now, or before."""

    participant: StoredParticipant
    conversation: StoredConversation
    added: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The user is not in the conversation any more."""

    participant: StoredParticipant


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule says no; nothing changed."""

    error: type[ApiError]


Call = Join | Leave
Outcome = Joined | Left | Refused


def decide(call: Call, roster: Roster) -> Outcome:
    """Apply the rules to one call."""
    match call:
        case Join():
            return decide_join(call, roster)
        case Leave():
            return decide_leave(call, roster)


def decide_join(call: Join, roster: Roster) -> Joined | Refused:
    """Who gets in. Joining twice changes nothing the second time, but may add the missing SDK client."""
    if (conversation := _conversation(call, roster)) is None:
        return Refused(ConversationNotFound)
    if conversation.type != SDK_GROUP:
        return Refused(NotAGroup)
    if (user := _user(call, roster)) is None:
        return Refused(UserNotFound)
    if (already := _participant(call, roster, user)) is not None:
        if call.subscribe:
            roster.subscribe(call.tenant, conversation, already, user)
        return Joined(already, conversation, added=False)
    if conversation.participant_count >= call.limit:
        return Refused(TooManyParticipants)
    participant = roster.admit(call.tenant, conversation, user, subscribe=call.subscribe)
    roster.journal.joined(call.tenant, conversation, user, participant)
    return Joined(participant, conversation, added=True)


def decide_leave(call: Leave, roster: Roster) -> Left | Refused:
    """Who gets out. The conversation stays, even with nobody in it."""
    if (conversation := _conversation(call, roster)) is None:
        return Refused(ConversationNotFound)
    if conversation.type != SDK_GROUP:
        return Refused(NotAGroup)
    if (user := _user(call, roster)) is None:
        return Refused(UserNotFound if call.participant_id is None else NotAMember)
    if (participant := _participant(call, roster, user)) is None:
        return Refused(NotAMember)
    # The user may have come back since under another participant id.
    if call.participant_id not in (None, participant.id):
        return Refused(NotAMember)
    roster.dismiss(conversation, participant)
    roster.journal.left(call.tenant, conversation, user, participant)
    return Left(participant)


def _conversation(call: Call, roster: Roster) -> StoredConversation | None:
    return roster.conversations.get((call.tenant.app_id, call.conversation_id))


def _user(call: Call, roster: Roster) -> StoredUser | None:
    user_id = _user_id(call, roster)
    return roster.users.get((call.tenant.app_id, user_id)) if user_id is not None else None


def _user_id(call: Call, roster: Roster) -> str | None:
    app_id = call.tenant.app_id
    if call.user_external_id is not None:
        return roster.ids_of_external.get((app_id, call.user_external_id))
    if isinstance(call, Leave) and call.participant_id is not None:
        return roster.users_of_participants.get((app_id, call.conversation_id, call.participant_id))
    return call.user_id


def _participant(call: Call, roster: Roster, user: StoredUser) -> StoredParticipant | None:
    return roster.participants.get((call.tenant.app_id, call.conversation_id, user.id))


async def membership(tx: Tx, calls: Sequence[Call]) -> list[Outcome]:
    """The batch of joins and leaves."""
    roster = await gather(tx, calls)
    outcomes = [decide(call, roster) for call in calls]
    await roster.save(tx)
    return outcomes


async def gather(tx: Tx, calls: Sequence[Call]) -> Roster:
    """The facts for these calls, with their conversations locked in the order of their ids."""
    roster = Roster(tx.now)
    wanted = sorted({(call.tenant.app_id, call.conversation_id) for call in calls})
    for conversation in await conversations.get_many(tx, wanted, lock=Lock.CHANGE):
        roster.conversations[conversation.app_id, conversation.id] = conversation
    await _gather_named_participants(tx, calls, roster)
    external = {(call.tenant.app_id, call.user_external_id) for call in calls if call.user_external_id is not None}
    if external:
        roster.ids_of_external = await users.ids_of(tx, external)
    named = [(call, user_id) for call in calls if (user_id := _user_id(call, roster)) is not None]
    people = sorted({(call.tenant.app_id, user_id) for call, user_id in named})
    for user in await users.get_many(tx, people, lock=Lock.KEEP):
        roster.users[user.app_id, user.id] = user
    await _gather_members(tx, ((call.tenant.app_id, call.conversation_id, user_id) for call, user_id in named), roster)
    subscribing = {
        (call.tenant.app_id, user_id) for call, user_id in named if isinstance(call, Join) and call.subscribe
    }
    if subscribing:
        roster.sdk_clients = await clients.sdk_clients(tx, subscribing)
    return roster


async def _gather_named_participants(tx: Tx, calls: Sequence[Call], roster: Roster) -> None:
    named = {
        (call.tenant.app_id, call.conversation_id, call.participant_id)
        for call in calls
        if isinstance(call, Leave) and call.participant_id is not None
    }
    if named:
        for participant in await participants.get_many(tx, named):
            roster.holds(participant)


async def _gather_members(tx: Tx, keys: Iterable[tuple[str, str, str]], roster: Roster) -> None:
    unknown = {key for key in keys if key not in roster.participants}
    found = await participants.ids_of_members(tx, unknown)
    if found:
        for participant in await participants.get_many(tx, found):
            roster.holds(participant)
