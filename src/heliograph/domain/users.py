"""The verbs of users."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, Raw, UnsetType
from msgspec.structs import replace

from heliograph.domain import metadata, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.conversations import conversation_removed
from heliograph.domain.events.users import user_removed, user_updated
from heliograph.domain.loading import load_user
from heliograph.domain.seats import Seats, load_seats
from heliograph.domain.stored_json import decode_profile
from heliograph.domain.tenants import Tenant
from heliograph.domain.user_creation import Creation
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, devices, merged_users, recorded_requests, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.base import Metadata
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION
from heliograph.wire.users import ProfileBody, User, UserCreateBody, UserUpdateBody

_OWNER = "User"
_EMPTY = Raw(b"{}")
_ENCODER = msgspec.json.Encoder()


def new_user(tenant: Tenant, body: UserCreateBody, id: str | None = None) -> Creation:
    """A user to create, with a new id unless one is given.

    `creation_batch` refuses it with UserAlreadyExists if another user of the app, or of the brand, has the external id.

    Raises:
        BadRequest: the metadata is too large, or signedUpAt is out of range.
    """
    return Creation(
        tenant=tenant,
        metadata=metadata.encoded(body.metadata, _OWNER) or _EMPTY,
        external_id=body.external_id,
        brand_id=body.brand_id,
        signed_up_at=_milliseconds(body.signed_up_at),
        to_be_retained=body.to_be_retained,
        profile=_merged_profile(_EMPTY, body.profile),
        id=id,
    )


async def get(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None) -> User:
    """The user with this id or external id; a user's own id takes precedence over another's external id.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return views.user(await store.read(load_user, tenant.app_id, id_or_external_id, brand_id))


async def with_email(store: Store, tenant: Tenant, email: str, brand_id: str | None) -> list[User]:
    """The users of a brand, or without a brand, who have this email address as an identity: at most one."""
    found = await store.snapshot(_with_email, tenant.app_id, email, brand_id or "")
    return [views.user(found)] if found else []


async def _with_email(reader: Reader, app_id: str, email: str, brand_id: str) -> StoredUser | None:
    identified = await users.identified(reader, app_id, "email", email, brand_id)
    return await users.get(reader, app_id, identified.user_id) if identified else None


async def update(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: UserUpdateBody
) -> User:
    """Change the fields that the body has; profile and metadata are merged key by key.

    Raises:
        UserNotFound: the user does not exist in this app.
        BadRequest: the metadata would be too large, or signedUpAt is out of range.
    """
    signed_up_at = _milliseconds(body.signed_up_at)
    return views.user(await store.write(_update, tenant, id_or_external_id, brand_id, body, signed_up_at))


async def _update(
    tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: UserUpdateBody, signed_up_at: int | None
) -> StoredUser:
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id, lock=Lock.CHANGE)
    before = copy(user)
    if signed_up_at is not None:
        user.signed_up_at = signed_up_at
    if body.to_be_retained is not None:
        user.to_be_retained = body.to_be_retained
    user.profile = _merged_profile(user.profile, body.profile)
    user.metadata = _merged_metadata(user.metadata, body.metadata)
    return await _save(tx, tenant, before, user)


async def delete_personal_information(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None
) -> User:
    """Clear the personal information of a user. The user and the conversations stay.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return views.user(await store.write(_delete_personal_information, tenant, id_or_external_id, brand_id))


async def _delete_personal_information(
    tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None
) -> StoredUser:
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id, lock=Lock.CHANGE)
    before = copy(user)
    user.profile = user.metadata = _EMPTY
    await clients.clear_personal_information(tx, tenant.app_id, user.id)
    await devices.clear_personal_information(tx, tenant.app_id, user.id)
    await recorded_requests.remove_about(tx, tenant.app_id, user.id, user.external_id)
    return await _save(tx, tenant, before, user)


async def _save(tx: Tx, tenant: Tenant, before: StoredUser, user: StoredUser) -> StoredUser:
    changes = Changes(tx.now)
    user_updated(changes.journal, tenant, user)
    await users.identify(tx, [before], [user])
    await users.change(tx, user)
    await changes.save(tx)
    return user


async def delete(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None) -> None:
    """Delete a user with their clients, personal conversations and memberships of groups. The groups stay.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    await store.complete(_delete, tenant, id_or_external_id, brand_id)


async def _delete(tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None) -> bool:
    """Delete the user, or a part of their personal conversations if one transaction should not delete all of them.

    Returns whether the user was deleted.
    """
    seats = await load_seats(tx, tenant.app_id, id_or_external_id, brand_id)
    deleting, last = next_to_delete(seats)
    await remove(tx, tenant, seats, deleting, last=last)
    return last


async def remove(
    tx: Tx, tenant: Tenant, seats: Seats, personal: list[StoredConversation], *, last: bool, bare: bool = False
) -> None:
    """Delete these personal conversations and, if `last` is set, the user.

    With `bare`, events show only ids, and recorded requests stay: the caller removes the other data about the user.
    """
    await _remove_from_conversations(tx, tenant, seats, personal, last=last, bare=bare)
    if last:
        user = seats.user
        await clients.remove_of_user(tx, tenant.app_id, user.id)
        await devices.remove_of_user(tx, tenant.app_id, user.id)
        if not bare:
            await recorded_requests.remove_about(tx, tenant.app_id, user.id, user.external_id)
        await merged_users.remove(tx, tenant.app_id, user.id)
        await users.identify(tx, [user], [])
        await users.remove(tx, user)


async def _remove_from_conversations(
    tx: Tx, tenant: Tenant, seats: Seats, personal: list[StoredConversation], *, last: bool, bare: bool
) -> None:
    """Delete these personal conversations. Remove the user from them or, if `last` is set, from every conversation."""
    changes = Changes(tx.now)
    deleting = {one.id for one in personal}
    for participant in seats.participants:
        if last or participant.conversation_id in deleting:
            changes.dismiss(tenant, seats.conversations[participant.conversation_id], participant, "userRemove")
    for conversation in personal:
        changes.delete_conversation(tenant, conversation)
        conversation_removed(changes.journal, tenant, _bare_conversation(conversation) if bare else conversation)
    if last:
        user_removed(changes.journal, tenant, _bare_user(seats.user) if bare else seats.user)
    await changes.save(tx)


def _bare_conversation(conversation: StoredConversation) -> StoredConversation:
    return replace(conversation, metadata=None)


def _bare_user(user: StoredUser) -> StoredUser:
    return replace(user, external_id=None, zendesk_id=None, authenticated=False)


def next_to_delete(seats: Seats) -> tuple[list[StoredConversation], bool]:
    """The personal conversations that one transaction should delete with their messages, the default one last, and
    whether these are all of them."""
    personal = [one for one in seats.conversations.values() if one.type == PERSONAL]
    deleting: list[StoredConversation] = []
    count = 0
    for conversation in sorted(personal, key=lambda one: (one.is_default, one.id)):
        count += conversation.message_count
        if deleting and count > MESSAGES_PER_CONVERSATION:
            break
        deleting.append(conversation)
    return sorted(deleting, key=lambda one: one.id), len(deleting) == len(personal)


def _milliseconds(moment: datetime | None) -> int | None:
    try:
        return None if moment is None else times.to_milliseconds(moment.astimezone(UTC))
    except OverflowError:  # in UTC it is outside the years 1 to 9999
        raise BadRequest("signedUpAt should be in the years 1 to 9999") from None


def _merged_profile(stored: Raw, change: ProfileBody | None) -> Raw:
    """The profile after an update: an absent key changes nothing, null clears a key."""
    if change is None:
        return stored
    given = {name: getattr(change, name) for name in change.__struct_fields__}
    profile = decode_profile(stored)
    return Raw(_ENCODER.encode(replace(profile, **{name: one for name, one in given.items() if one is not UNSET})))


def _merged_metadata(stored: Raw, change: Metadata | UnsetType | None) -> Raw:
    if isinstance(change, UnsetType):
        return stored
    return Raw(_ENCODER.encode(metadata.merged(msgspec.json.decode(stored), change, _OWNER) or {}))
