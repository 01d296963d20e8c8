"""Merges a user into another one of the same brand: conversations, clients, identifiers, profile and metadata.

Another verb merges users in its own transaction like this:

    seats = await lock_seats(tx, tenant.app_id, [surviving_id, discarded_id])
    changes = Changes(tx.now)
    await merge(tx, changes, tenant, seats[surviving_id], seats[discarded_id], reason="channelLinking")
    await changes.save(tx)

All users of a transaction are locked with one call of `lock_seats`, before the first change. After this call, check
again that these are the users to merge. The surviving user may be changed further before `save`, after
`changes.users.edit`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from heliograph.domain import metadata
from heliograph.domain.changes import Changes
from heliograph.domain.events.users import ClientPair, Merged, user_merged
from heliograph.domain.seats import Seats
from heliograph.domain.stored_json import decode_profile
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Tx
from heliograph.storage.rows import clients, devices, merged_users
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.clients import ClientAssociation, ClientType
from heliograph.wire.events import MergeReason
from heliograph.wire.users import Profile

_SDK: ClientType = "sdk"
_LINKED = ("active", "blocked")
"""The statuses of clients that are linked to their address."""
_ENCODER = msgspec.json.Encoder()


async def merge(
    tx: Tx,
    changes: Changes,
    tenant: Tenant,
    surviving: Seats,
    discarded: Seats,
    *,
    reason: MergeReason,
    merged_clients: ClientPair | None = None,
) -> None:
    """Merge `discarded` into `surviving`, and report it by `user:merge`.

    `merged_clients` are two clients that the caller merges; without them, the event shows the two SDK clients if
    both users have one. Afterwards `surviving` has the seats of both users.
    """
    merged = await absorb(tx, changes, tenant, surviving, discarded)
    if merged_clients is not None:
        merged = replace(merged, clients=merged_clients)
    user_merged(changes.journal, tenant, merged, reason)


async def absorb(tx: Tx, changes: Changes, tenant: Tenant, surviving: Seats, discarded: Seats) -> Merged:
    """Merge two users without an event, for callers that change the surviving user before they report it."""
    changes.users.edit(surviving.user)
    changes.users.remove(discarded.user)
    await merged_users.add(tx, surviving.user.app_id, surviving.user.id, discarded.user.id)
    pair = await _move_clients(tx, surviving.user, discarded.user)
    _take_default_conversation(changes, surviving.user, discarded)
    left = _combine(surviving.user, discarded.user)
    _take_seats(changes, tenant, surviving, discarded, pair)
    show_external_id(changes, surviving)
    return Merged(surviving.user, discarded.user, pair, left)


def show_external_id(changes: Changes, seats: Seats) -> None:
    """Show the external id of a user on all their participants."""
    for participant in seats.participants:
        if participant.user_external_id != seats.user.external_id:
            participant.user_external_id = seats.user.external_id
            changes.update_participant(seats.conversations[participant.conversation_id], participant)


async def _move_clients(tx: Tx, surviving: StoredUser, discarded: StoredUser) -> ClientPair | None:
    """Move the clients and devices. If both users have an SDK client, that of the surviving user remains; returns the
    pair."""
    own = await clients.of_user(tx, surviving.app_id, surviving.id)
    moving = await clients.of_user(tx, discarded.app_id, discarded.id)
    sdk = next((one for one in own if one.type == _SDK), None)
    replaced = next((one for one in moving if one.type == _SDK), None) if sdk else None
    await clients.remove_of_user(tx, discarded.app_id, discarded.id)
    await _add_clients(tx, surviving, own, [one for one in moving if one is not replaced])
    pair = ClientPair(sdk, replaced) if sdk and replaced else None
    await _move_devices(tx, surviving, discarded, pair)
    return pair


async def _add_clients(tx: Tx, user: StoredUser, own: Sequence[StoredClient], moving: Sequence[StoredClient]) -> None:
    """Give the user these clients. If two have the same address, the linked one remains, or else the one of the
    user."""
    mine = {one.client_address: one for one in own if one.client_address is not None}
    for client in moving:
        address = client.client_address
        if address is not None and (other := mine.get(address)) is not None:
            if client.status not in _LINKED:
                continue
            await clients.remove(tx, user.app_id, other)
        moved = replace(client, user_id=user.id)
        await clients.add(tx, [moved])
        if client.status in _LINKED:
            await clients.link(tx, user.app_id, moved)


async def _move_devices(tx: Tx, surviving: StoredUser, discarded: StoredUser, pair: ClientPair | None) -> None:
    """Move the devices to the SDK client that remains. If both users have a device with the same guid, that of the
    surviving user remains."""
    known = {one.guid for one in await devices.of_user(tx, surviving.app_id, surviving.id)}
    moving = await devices.of_user(tx, discarded.app_id, discarded.id)
    await devices.remove_of_user(tx, discarded.app_id, discarded.id)
    for device in moving:
        if device.guid not in known:
            client_id = pair.surviving.id if pair else device.client_id
            await devices.add(tx, surviving.app_id, replace(device, user_id=surviving.id, client_id=client_id))


def _take_default_conversation(changes: Changes, surviving: StoredUser, discarded: Seats) -> None:
    """Keep the default conversation of the surviving user, if there is one, or else that of the discarded user."""
    default_id = discarded.user.default_conversation_id
    if surviving.default_conversation_id is None:
        surviving.default_conversation_id = default_id
    elif default_id is not None:
        changes.set_default(discarded.conversations[default_id], False)


def _take_seats(changes: Changes, tenant: Tenant, surviving: Seats, discarded: Seats, pair: ClientPair | None) -> None:
    """Hand over the participants. In a conversation of both users, the participant of the surviving user remains."""
    own = {one.conversation_id: one for one in surviving.participants}
    for participant in discarded.participants:
        conversation = discarded.conversations[participant.conversation_id]
        participant.client_associations = _associations(participant, pair)
        if (kept := own.get(conversation.id)) is None:
            changes.hand_over(tenant, conversation, participant, surviving.user)
            surviving.participants.append(participant)
            surviving.conversations[conversation.id] = conversation
        else:
            _combine_participants(kept, participant)
            changes.update_participant(conversation, kept)
            changes.dismiss(tenant, conversation, participant, "merge")


def _associations(participant: StoredParticipant, pair: ClientPair | None) -> list[ClientAssociation]:
    """The client associations of a participant, with the SDK client that remains in place of the other one."""
    if pair is None:
        return participant.client_associations
    return [
        ClientAssociation(type=_SDK, client_id=pair.surviving.id) if one.client_id == pair.discarded.id else one
        for one in participant.client_associations
    ]


def _combine_participants(kept: StoredParticipant, other: StoredParticipant) -> None:
    """Take over the later `lastRead`, and the client associations that are missing."""
    if (other.last_read or 0) > (kept.last_read or 0):
        kept.last_read = other.last_read
        kept.seen_seq = max(kept.seen_seq, other.seen_seq)
    known = {one.client_id for one in kept.client_associations}
    missing = [one for one in other.client_associations if one.client_id not in known]
    kept.client_associations = [*kept.client_associations, *missing]


def _combine(user: StoredUser, other: StoredUser) -> dict[str, object]:
    """Fill missing values of the user from the other user; returns the metadata that did not fit."""
    user.authenticated = user.authenticated or other.authenticated
    user.signed_up_at = min(user.signed_up_at, other.signed_up_at)
    user.to_be_retained = other.to_be_retained if user.to_be_retained is None else user.to_be_retained
    user.external_id = user.external_id or other.external_id
    user.zendesk_id = user.zendesk_id or other.zendesk_id
    user.identities = [*user.identities, *other.identities]
    user.profile = _combined_profile(user.profile, other.profile)
    kept, left = metadata.combined(msgspec.json.decode(user.metadata), msgspec.json.decode(other.metadata))
    user.metadata = Raw(_ENCODER.encode(kept))
    return left


def _combined_profile(own: Raw, other: Raw) -> Raw:
    profile, filling = decode_profile(own), decode_profile(other)
    gaps = {name: getattr(filling, name) for name in Profile.__struct_fields__ if getattr(profile, name) is None}
    return Raw(_ENCODER.encode(replace(profile, **gaps)))
