"""Links between clients and third-party channels: their confirmation, their end, and the transitions of their status.

Each function is a part of a transaction. The parties of a link are locked before it changes: conversations, then users.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain import merging
from heliograph.domain.changes import Changes
from heliograph.domain.events.clients import client_removed, client_updated
from heliograph.domain.events.users import ClientPair
from heliograph.domain.loading import load_named_user
from heliograph.domain.seats import Seats, lock_seats
from heliograph.domain.tenants import Tenant
from heliograph.errors import Conflict
from heliograph.storage.engine import Lock, StaleRead, Tx
from heliograph.storage.rows import addresses, clients, conversations, participants
from heliograph.storage.rows.addresses import ClientAddress, LinkedClient
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.events import ClientRemoveReason, Problem
from heliograph.wire.linking import LinkOutcome

_DEACTIVATED_AT_ONCE = 200
_UNCATEGORIZED = "uncategorized_error"
NO_RECIPIENT = Problem(code=_UNCATEGORIZED, message="No such recipient")
_CANCELLED = Problem(code=_UNCATEGORIZED, message="The user cancelled the link")
_FAILED = Problem(code=_UNCATEGORIZED, message="The link failed")


class Rival(Struct, frozen=True):
    """A client of another user that is linked to the address, and the seats of both users."""

    own: Seats
    """The seats of the user of the link."""
    seats: Seats
    """The seats of the other user."""
    client: StoredClient


class Parties(Struct, frozen=True):
    """The user of a link, the conversation to which it is attached, and the rival for its address, all locked.

    The conversation and the user's participant in it may not exist.
    """

    user: StoredUser
    conversation: StoredConversation | None
    participant: StoredParticipant | None
    rival: Rival | None


async def lock_parties(
    tx: Tx, changes: Changes, user_key: tuple[str, str], conversation_id: str, address: ClientAddress | None
) -> Parties:
    """Lock the parties of a link. `user_key` is (app id, user id). Without an address, no rival is looked for.

    Raises:
        UserNotFound: the user does not exist.
        StaleRead: the address, or a user, has changed in the meantime.
    """
    app_id, user_id = user_key
    linked = await addresses.linked_client(tx, app_id, address) if address else None
    if linked is None or linked.user_id == user_id:
        parties = await _lock_target(tx, user_key, conversation_id)
    else:
        parties = await _lock_rivals(tx, user_key, conversation_id, linked)
    if address and await addresses.linked_client(tx, app_id, address) != linked:
        raise StaleRead
    return _shared(changes, parties)


async def _lock_target(tx: Tx, user_key: tuple[str, str], conversation_id: str) -> Parties:
    app_id, user_id = user_key
    conversation = await conversations.get(tx, app_id, conversation_id, lock=Lock.CHANGE)
    user = await load_named_user(tx, app_id, user_id, None, lock=Lock.CHANGE)
    keys = await participants.ids_of_members(tx, [(app_id, conversation_id, user_id)])
    participant = next(iter(await participants.get_many(tx, keys)), None)
    return Parties(user, conversation, participant, None)


async def _lock_rivals(tx: Tx, user_key: tuple[str, str], conversation_id: str, linked: LinkedClient) -> Parties:
    app_id, user_id = user_key
    seats = await lock_seats(tx, app_id, (user_id, linked.user_id), (conversation_id,))
    if (client := await clients.get(tx, app_id, linked.user_id, linked.client_id)) is None:
        raise StaleRead
    own = seats[user_id]
    participant = next((one for one in own.participants if one.conversation_id == conversation_id), None)
    conversation = own.conversations.get(conversation_id) or await conversations.get(tx, app_id, conversation_id)
    return Parties(own.user, conversation, participant, Rival(own, seats[linked.user_id], client))


def _shared(changes: Changes, parties: Parties) -> Parties:
    """The parties, with the objects that the transaction has already loaded for the conversation and the participant,
    so that it changes only one object for each."""
    if parties.conversation is None:
        return parties
    known = changes.facts.conversation(parties.conversation.app_id, parties.conversation.id)
    conversation = known or parties.conversation
    participant = changes.facts.participant(conversation, parties.user) or parties.participant
    changes.facts.add_conversation(conversation)
    if participant is not None:
        changes.facts.add_participant(participant)
    return Parties(parties.user, conversation, participant, parties.rival)


async def confirm(tx: Tx, changes: Changes, tenant: Tenant, client: StoredClient) -> StoredClient | None:
    """Confirm the pending link of a client, because its user acts through it; returns the updated client.

    Locks the conversation and the users of the link. The transaction should have locked no user yet, except the user of
    the client. Does nothing if the client is no longer pending; returns None if it does not exist.
    """
    if client.link is None:
        return client
    key = (tenant.app_id, client.user_id)
    parties = await lock_parties(tx, changes, key, client.link.conversation_id, client.client_address)
    current = await clients.get(tx, *key, client.id)
    if current is None or current.status != "pending":
        return current
    return await complete(tx, changes, tenant, parties, current)


async def complete(tx: Tx, changes: Changes, tenant: Tenant, parties: Parties, client: StoredClient) -> StoredClient:
    """Make a pending client the active one of its address, and associate it with the conversation of the link.

    If another user has the address, and neither user has an external id, the two are merged, and the older client
    remains. Otherwise the address moves. Returns the client that is active afterwards.
    """
    if parties.rival is not None and _is_same_person(parties.rival):
        return await _merge(tx, changes, tenant, parties, parties.rival, client)
    if parties.rival is not None:
        await _replace(tx, changes, tenant, parties.rival)
    client.status, client.last_seen = "active", tx.now
    await clients.change(tx, tenant.app_id, [client])
    await clients.link(tx, tenant.app_id, client)
    attach(changes, parties, client, first=client.link is None or client.link.primary)
    client_updated(changes.journal, tenant, parties.user, client, "confirmed", parties.conversation)
    return client


def _is_same_person(rival: Rival) -> bool:
    """Whether the users of both clients count as one: no external id tells them apart."""
    users = (rival.own.user, rival.seats.user)
    return all(user.external_id is None for user in users) and users[0].brand_id == users[1].brand_id


async def _merge(
    tx: Tx, changes: Changes, tenant: Tenant, parties: Parties, rival: Rival, pending: StoredClient
) -> StoredClient:
    """Merge the other user into the user of the link. The client of the other user replaces the pending one."""
    await clients.remove(tx, tenant.app_id, pending)
    for seats in (rival.own, rival.seats):
        _share(changes, seats)
    pair = ClientPair(rival.client, pending)
    await merging.merge(tx, changes, tenant, rival.own, rival.seats, reason="channelLinking", merged_clients=pair)
    kept = replace(rival.client, user_id=parties.user.id, last_seen=tx.now)
    await clients.change(tx, tenant.app_id, [kept])
    attach(changes, parties, kept, first=pending.link is None or pending.link.primary)
    client_updated(changes.journal, tenant, parties.user, kept, "confirmed", parties.conversation)
    return kept


def _share(changes: Changes, seats: Seats) -> None:
    """Use the objects that the transaction has already loaded for the conversations and the participants of the
    seats."""
    for id, conversation in seats.conversations.items():
        seats.conversations[id] = changes.facts.conversation(conversation.app_id, id) or conversation
    for number, participant in enumerate(seats.participants):
        conversation = seats.conversations[participant.conversation_id]
        seats.participants[number] = changes.facts.participant(conversation, seats.user) or participant


async def _replace(tx: Tx, changes: Changes, tenant: Tenant, rival: Rival) -> None:
    """Remove the client of another user, whose address moves to the user of the link."""
    client, seats = rival.client, rival.seats
    _end_associations(changes, seats, {client.id})
    await clients.remove(tx, tenant.app_id, client)
    conversation = seats.conversations.get(client.link.conversation_id) if client.link else None
    client_removed(changes.journal, tenant, seats.user, client, "theft", conversation=conversation)


def attach(changes: Changes, parties: Parties, client: StoredClient, *, first: bool) -> bool:
    """Associate a client with the conversation of the link; returns whether it was not associated yet."""
    if parties.conversation is None or parties.participant is None:
        return False
    return changes.associate(parties.conversation, parties.participant, client, first=first)


async def settle(
    tx: Tx,
    changes: Changes,
    tenant: Tenant,
    parties: Parties,
    client: StoredClient,
    outcome: LinkOutcome,
    error: Problem | None,
) -> StoredClient:
    """Apply an outcome that a channel or its user caused; returns the changed client, or the removed client.

    Raises:
        Conflict: the outcome cannot follow the status of the client.
    """
    if outcome not in _possible(client):
        raise Conflict(f"outcome {outcome} cannot follow: the client is {client.status}")
    match outcome:
        case "confirmed":
            return await complete(tx, changes, tenant, parties, client)
        case "cancelled":
            await end(tx, changes, tenant, parties, client, "linkCancelled", error or _CANCELLED)
        case "failed":
            await end(tx, changes, tenant, parties, client, "linkFailed", error or _FAILED)
        case "blocked" | "unblocked" | "matched":
            if outcome != "matched":
                client.status = "blocked" if outcome == "blocked" else "active"
                await clients.change(tx, tenant.app_id, [client])
            client_updated(changes.journal, tenant, parties.user, client, outcome, parties.conversation)
    return client


def _possible(client: StoredClient) -> set[LinkOutcome]:
    """The outcomes that can follow the status of a client."""
    if client.type == "sdk":
        return set()
    match client.status:
        case "pending":
            # Only a prompt asks the user.
            prompted = client.link is not None and client.link.confirmation == "prompt"
            return {"matched", "confirmed", "failed", *(("cancelled",) if prompted else ())}
        case "active":
            return {"blocked"}
        case "blocked":
            return {"unblocked"}
        case _:
            return set()


async def end(
    tx: Tx,
    changes: Changes,
    tenant: Tenant,
    parties: Parties,
    client: StoredClient,
    reason: ClientRemoveReason,
    error: Problem,
) -> None:
    """Remove a pending client, whose link failed or was cancelled."""
    await clients.remove(tx, tenant.app_id, client)
    client_removed(
        changes.journal, tenant, parties.user, client, reason, conversation=parties.conversation, error=error
    )


async def deactivate(tx: Tx, app_id: str, integration_id: str) -> bool:
    """Make some clients of an integration inactive, and end their associations with conversations.

    Returns whether there may be more. No event is documented for this.
    """
    keys = await clients.of_integration(tx, app_id, integration_id, _DEACTIVATED_AT_ONCE)
    if not keys:
        return False
    seats = await lock_seats(tx, app_id, {user_id for _, user_id, _ in keys})
    changes = Changes(tx.now)
    found = [one for one in await clients.get_many(tx, keys) if one.user_id in seats]
    for client in found:
        client.status = "inactive"
    for user_id, of_user in seats.items():
        _end_associations(changes, of_user, {one.id for one in found if one.user_id == user_id})
    await clients.change(tx, app_id, found)
    await changes.save(tx)
    return True


def _end_associations(changes: Changes, seats: Seats, client_ids: set[str]) -> None:
    for participant in seats.participants:
        changes.end_associations(seats.conversations[participant.conversation_id], participant, client_ids)
