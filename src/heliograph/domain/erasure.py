"""Erases a person: deletes the user, then removes what identifies the person from the rows that stay.

A transaction that adds a row about a user locks the user, so there are no new ones once the user is deleted. Afterwards
the rows of the app are examined in steps. Each step is a transaction that also stores the progress, so any process can
continue after a crash, and processes that continue it at the same time share the steps.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence

from heliograph import ids
from heliograph.domain import erasure_steps, users
from heliograph.domain.attachments import id_in
from heliograph.domain.loading import load_user
from heliograph.domain.seats import Seats, load_seats
from heliograph.domain.stored_json import decode_profile
from heliograph.domain.tenants import Tenant
from heliograph.errors import UserNotFound
from heliograph.storage.blobs import Blobs
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import attachments, clients, devices, erasures, mentions, merged_users
from heliograph.storage.rows import users as user_rows
from heliograph.storage.rows.attachments import Removal
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.rows.erasures import Counts, ErasureState, StoredErasure
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store

_PSEUDONYM_BYTES = 12
_RECORDING_SECONDS = 1.0
"""The longest time from the response to a request until any process has recorded it."""

Forget = Callable[[Sequence[str]], None]
"""Drops everything in memory that contains one of the texts."""


async def erase(
    store: Store,
    blobs: Blobs,
    tenant: Tenant,
    id_or_external_id: str,
    brand_id: str | None,
    *,
    seconds: float,
    recorded: bool,
    forget: Forget = lambda texts: None,
) -> StoredErasure:
    """Erase a user. Returns an unfinished erasure after about `seconds`; call it again to continue.

    `recorded` is whether requests are recorded. `forget` is called with the texts that identify the person. An
    unfinished erasure of this user is continued.

    Raises:
        UserNotFound: the user does not exist in this app, or was erased.
    """
    app_id = tenant.app_id
    erasure = await store.read(_running, app_id, id_or_external_id)
    if erasure is None:
        try:
            erasure = await store.write(_begin, tenant, id_or_external_id, brand_id)
        except UserNotFound:
            # Another call may have deleted the user meanwhile, and its erasure may not be finished.
            if (erasure := await store.read(_running, app_id, id_or_external_id)) is None:
                raise
    return await proceed(store, blobs, erasure, seconds=seconds, recorded=recorded, forget=forget)


async def proceed(
    store: Store,
    blobs: Blobs,
    erasure: StoredErasure,
    *,
    seconds: float,
    recorded: bool,
    forget: Forget = lambda texts: None,
) -> StoredErasure:
    """Continue an erasure until it is finished, or for about `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    waited = not recorded
    while (state := erasure.state) is not None and loop.time() < deadline:
        if state.phase == "files":
            await _remove_files(store, blobs, erasure.app_id, state)
        if state.phase == "requests":
            if not waited:
                waited = True
                await asyncio.sleep(_RECORDING_SECONDS)
            forget([*state.user_ids, *state.conversation_ids, *state.texts])
        erasure = await store.write(_advance, erasure, store.sealer)
    return erasure


async def _running(reader: Reader, app_id: str, name: str) -> StoredErasure | None:
    """The unfinished erasure of the user with this id or external id, or None."""
    for one in await erasures.running(reader, app_id):
        if one.state is not None and name in (one.state.user_id, one.state.external_id):
            return one
    return None


async def _begin(tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None) -> StoredErasure:
    seats = await load_seats(tx, tenant.app_id, id_or_external_id, brand_id)
    # The user is locked, so only one of two calls begins an erasure.
    if (erasure := await _running(tx, tenant.app_id, seats.user.id)) is None:
        erasure = StoredErasure(
            id=ids.new(),
            app_id=tenant.app_id,
            pseudonym=secrets.token_hex(_PSEUDONYM_BYTES),
            key_id=tenant.key_id,
            created_at=tx.now,
            touched_at=tx.now,
            finished_at=None,
            state=await _subject(tx, tenant.app_id, seats.user),
            counts=Counts(),
        )
        assert erasure.state is not None
        erasure.state.file_ids = await _avatar(tx, tenant.app_id, decode_profile(seats.user.profile).avatar_url)
        await erasures.add(tx, erasure)
    await _remove_user(tx, tenant, erasure, seats)
    return erasure


async def subject_of(
    reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None
) -> tuple[StoredUser, ErasureState]:
    """A user, and the values that identify the person.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    user = await load_user(reader, app_id, id_or_external_id, brand_id)
    return user, await _subject(reader, app_id, user)


async def _subject(reader: Reader, app_id: str, user: StoredUser) -> ErasureState:
    own_clients = await clients.of_user(reader, app_id, user.id)
    own_devices = await devices.of_user(reader, app_id, user.id)
    profile = decode_profile(user.profile)
    emails = {one.value.lower() for one in user.identities if one.type == "email"}
    return ErasureState(
        user_id=user.id,
        external_id=user.external_id,
        zendesk_id=user.zendesk_id,
        emails=sorted(emails | ({profile.email.lower()} if profile.email else set())),
        user_ids=[user.id, *await _merged(reader, app_id, user.id)],
        client_ids=[one.id for one in own_clients],
        texts=sorted(_texts(user, own_clients, own_devices)),
    )


async def _merged(reader: Reader, app_id: str, user_id: str) -> list[str]:
    """The ids of the users that were merged into this one. An import can create such a user again, as another
    person."""
    merged = await merged_users.of_user(reader, app_id, user_id)
    returned = await user_rows.existing(reader, app_id, merged) if merged else set()
    return [id for id in merged if id not in returned]


def _texts(user: StoredUser, own_clients: list[StoredClient], own_devices: list[StoredDevice]) -> set[str]:
    """The values that identify the person in recorded requests that do not name the user."""
    profile = decode_profile(user.profile)
    found = [user.external_id, user.zendesk_id, *(one.value for one in user.identities)]
    found += [profile.given_name, profile.surname, profile.email, profile.avatar_url]
    for client in own_clients:
        found += [client.id, client.external_id, client.address, client.display_name, client.avatar_url]
    for device in own_devices:
        found += [device.id, device.guid, device.push_notification_token]
    return {one for one in found if one}


async def _avatar(tx: Tx, app_id: str, url: str | None) -> list[str]:
    """Discard the attachment with the picture of the user, unless a message shows it; returns its id if it was
    discarded."""
    id = id_in(url) if url is not None else None
    attachment = await attachments.get(tx, app_id, id, lock=Lock.REMOVE) if id is not None else None
    if attachment is None or attachment.uses:
        return []
    await attachments.discard(tx, [attachment])
    return [attachment.id]


async def _advance(tx: Tx, known: StoredErasure, sealer: Sealer) -> StoredErasure:
    """Take the next step of an erasure. Other processes may have taken steps since `known` was read."""
    seats = None
    if known.state is not None and known.state.phase == "user":
        # Conversations and users are locked before the erasure.
        seats = await _seats_if_any(tx, known.app_id, known.state.user_id)
    erasure = await erasures.get(tx, known.app_id, known.id, lock=Lock.CHANGE)
    if erasure is None or erasure.state is None:
        return erasure or _forgotten(known)
    if erasure.state.phase != "user":
        await erasure_steps.take(tx, erasure, sealer)
    elif seats is not None:
        await _remove_user(tx, Tenant(erasure.app_id, erasure.key_id), erasure, seats)
        return erasure
    else:
        erasure_steps.next_phase(erasure.state)
    await erasure_steps.save(tx, erasure)
    return erasure


def _forgotten(known: StoredErasure) -> StoredErasure:
    """An erasure whose app was deleted meanwhile, with all its data."""
    known.state, known.finished_at = None, known.touched_at
    return known


async def _seats_if_any(tx: Tx, app_id: str, user_id: str) -> Seats | None:
    try:
        return await load_seats(tx, app_id, user_id, None)
    except UserNotFound:
        return None


async def _remove_user(tx: Tx, tenant: Tenant, erasure: StoredErasure, seats: Seats) -> None:
    """Delete the user, or a part of their personal conversations."""
    state = erasure.state
    assert state is not None
    deleting, last = users.next_to_delete(seats)
    for conversation in deleting:
        await _disown(tx, state, conversation)
    state.conversation_ids += [one.id for one in deleting]
    removed = erasure.counts.removed
    gone = sum(one.message_count for one in deleting)
    erasure_steps.count(removed, conversations=len(deleting), messages=gone)
    if last:
        own_devices = await devices.of_user(tx, tenant.app_id, seats.user.id)
        erasure_steps.count(
            removed,
            users=1,
            clients=len(state.client_ids),
            devices=len(own_devices),
            memberships=len(seats.participants),
        )
        erasure_steps.next_phase(state)
    await users.remove(tx, tenant, seats, deleting, last=last, bare=True)
    await erasure_steps.save(tx, erasure)


async def _disown(tx: Tx, state: ErasureState, conversation: StoredConversation) -> None:
    """Discard the attachments that only messages of the person in a conversation show."""
    app_id = conversation.app_id
    for message_id in await mentions.messages_with_attachments(tx, app_id, conversation.id, state.user_ids):
        released = await attachments.disown(tx, app_id, conversation.id, message_id)
        state.file_ids += [one.id for one in released if one.uses == 0]


async def _remove_files(store: Store, blobs: Blobs, app_id: str, state: ErasureState) -> None:
    for id in state.file_ids:
        removal = Removal(id, app_id, 0)
        await blobs.remove(removal)
        await store.write(attachments.forget, removal)
