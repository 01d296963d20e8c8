"""The verb that imports records of another server."""

from __future__ import annotations

from collections.abc import Iterable

from heliograph.domain.importing.changes import ImportChanges
from heliograph.domain.importing.conversations import ImportedConversations, ImportedMembers, ImportedMessages
from heliograph.domain.importing.records import Entries, Entry, Outcomes, parse
from heliograph.domain.importing.users import ImportedClients, ImportedUsers
from heliograph.domain.seats import Seats, lock_seats
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Lock, StaleRead, Tx
from heliograph.storage.rows import conversations, participants, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire import imports
from heliograph.wire.imports import ImportResponse


async def import_records(store: Store, tenant: Tenant, records: list[imports.ImportRecord]) -> ImportResponse:
    """Store records of another server; returns how many were new, and which were refused.

    A record may refer to others of the request, in any order. Records that are refused do not stop the others.
    """
    return await store.write(_import, tenant, records)


async def _import(tx: Tx, tenant: Tenant, records: list[imports.ImportRecord]) -> ImportResponse:
    outcomes = Outcomes()
    entries = parse(records, outcomes)
    changes = ImportChanges(tx.now)
    known, known_users = await _lock(tx, tenant.app_id, entries)
    await _apply_users(tx, known_users, changes, entries, outcomes)
    known_conversations = ImportedConversations(tenant.app_id, known, changes)
    await _apply_conversations(tx, known_conversations, entries, changes, outcomes)
    members = await ImportedMembers.load(tx, tenant, known_users, known_conversations, entries, changes)
    await _apply_members(tx, members, entries, outcomes)
    await changes.save(tx)
    return outcomes.response()


async def _lock(tx: Tx, app_id: str, entries: Entries) -> tuple[dict[str, StoredConversation], ImportedUsers]:
    """Lock the existing conversations that the records name, then the existing users."""
    named, user_ids = entries.conversation_ids(), entries.user_ids()
    found = {one.id: one for one in await _users(tx, app_id, user_ids, lock=Lock.NONE)}
    seats: dict[str, Seats] = {}
    if _renamed(entries.users, found):
        # Their participants have the external id too, so all their conversations are locked.
        owners = await _owners_of_defaults(tx, entries, await _conversations(tx, app_id, named, lock=Lock.NONE))
        found |= {one.id: one for one in await _users(tx, app_id, owners - found.keys(), lock=Lock.NONE)}
        seats = await lock_seats(tx, app_id, found, named)
        known = {id: one for seat in seats.values() for id, one in seat.conversations.items()}
        known |= await _conversations(tx, app_id, named - known.keys())
        locked = {id: seat.user for id, seat in seats.items()}
        if await _owners_of_defaults(tx, entries, known) - locked.keys():
            raise StaleRead
    else:
        known = await _conversations(tx, app_id, named)
        owners = await _owners_of_defaults(tx, entries, known)
        locked = {one.id: one for one in await _users(tx, app_id, {*user_ids, *owners})}
        if _renamed(entries.users, locked):
            raise StaleRead
    return known, await ImportedUsers.load(tx, app_id, entries, locked, seats)


def _renamed(given: list[Entry[imports.ImportedUser]], found: dict[str, StoredUser]) -> bool:
    """Whether an existing user gets another external id."""
    return any(
        (user := found.get(one.value.id)) is not None and user.external_id != one.value.external_id for one in given
    )


async def _owners_of_defaults(tx: Tx, entries: Entries, known: dict[str, StoredConversation]) -> set[str]:
    """The users whose default conversation may get another participant, or lose the one that it has."""
    keys = {
        (conversation.app_id, conversation.id, participant_id)
        for conversation_id, participant_id in entries.participant_keys()
        if (conversation := known.get(conversation_id)) is not None and conversation.is_default
    }
    return {one.user_id for one in await participants.get_many(tx, keys)} if keys else set()


async def _conversations(
    tx: Tx, app_id: str, ids: Iterable[str], lock: Lock = Lock.CHANGE
) -> dict[str, StoredConversation]:
    keys = [(app_id, id) for id in sorted(ids)]
    return {one.id: one for one in await conversations.get_many(tx, keys, lock=lock)} if keys else {}


async def _users(tx: Tx, app_id: str, ids: Iterable[str], lock: Lock = Lock.CHANGE) -> list[StoredUser]:
    keys = [(app_id, id) for id in sorted(ids)]
    return await users.get_many(tx, keys, lock=lock) if keys else []


async def _apply_users(
    tx: Tx, known_users: ImportedUsers, changes: ImportChanges, entries: Entries, outcomes: Outcomes
) -> None:
    for user in entries.users:
        with outcomes.judged(user.index):
            outcomes.add(await known_users.put(tx, changes, user.value))
    await known_users.save(tx)
    of_users = await ImportedClients.load(tx, known_users.app_id, entries)
    for client in entries.clients:
        with outcomes.judged(client.index):
            outcomes.add(of_users.put(known_users.require(client.user_id), client.value))
    for device in entries.devices:
        with outcomes.judged(device.index):
            outcomes.add(await of_users.put_device(tx, known_users.require(device.user_id), device.value))
    await of_users.save(tx)


async def _apply_conversations(
    tx: Tx, known_conversations: ImportedConversations, entries: Entries, changes: ImportChanges, outcomes: Outcomes
) -> None:
    for conversation in entries.conversations:
        with outcomes.judged(conversation.index):
            outcomes.add(await known_conversations.put(tx, conversation.value))
    messages = await ImportedMessages.load(tx, known_conversations, entries, changes)
    for message in entries.messages:
        with outcomes.judged(message.index):
            outcomes.add(await messages.put(tx, message))


async def _apply_members(tx: Tx, members: ImportedMembers, entries: Entries, outcomes: Outcomes) -> None:
    for leave in entries.leaves:
        with outcomes.judged(leave.index):
            outcomes.add(await members.remove(tx, leave.value))
    for participant in entries.participants:
        with outcomes.judged(participant.index):
            outcomes.add(await members.put(tx, participant))
