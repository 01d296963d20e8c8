"""The verbs of users."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, Raw, UnsetType
from msgspec.structs import replace

from heliograph import ids
from heliograph.domain import metadata, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.conversations import conversation_removed
from heliograph.domain.events.users import user_removed, user_updated
from heliograph.domain.seats import Seats, lock_seats
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, UserAlreadyExists, UserNotFound
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.base import Metadata
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION
from heliograph.wire.users import Profile, ProfileBody, User, UserCreateBody, UserUpdateBody

_OWNER = "User"
_EMPTY = Raw(b"{}")
_ENCODER = msgspec.json.Encoder()


async def create(store: Store, tenant: Tenant, body: UserCreateBody) -> User:
    """Create a user.

    Raises:
        UserAlreadyExists: another user of the app (of the brand) has the external id.
        BadRequest: the metadata is too large, or signedUpAt is outside the calendar.
    """
    # Validation errors take precedence over conflicts.
    checked = metadata.encoded(body.metadata, _OWNER) or _EMPTY
    signed_up_at = _milliseconds(body.signed_up_at)
    return views.user(await store.write(_create, tenant, body, checked, signed_up_at))


async def _create(tx: Tx, tenant: Tenant, body: UserCreateBody, metadata: Raw, signed_up_at: int | None) -> StoredUser:
    if body.external_id is not None:
        taken = await users.id_of(tx, tenant.app_id, body.external_id, body.brand_id or "")
        if taken is not None:
            raise UserAlreadyExists
    user = StoredUser(
        app_id=tenant.app_id,
        id=ids.new(),
        external_id=body.external_id,
        brand_id=body.brand_id,
        authenticated=False,
        signed_up_at=tx.now if signed_up_at is None else signed_up_at,
        to_be_retained=body.to_be_retained,
        profile=_merged_profile(_EMPTY, body.profile),
        metadata=metadata,
        default_conversation_id=None,
        created_at=tx.now,
    )
    await users.add(tx, [user])
    return user


async def get(store: Store, tenant: Tenant, who: str, brand_id: str | None) -> User:
    """The user with this id or external id; a user's own id wins over another's external id.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return views.user(await store.read(find, tenant.app_id, who, brand_id))


async def find(reader: Reader, app_id: str, who: str, brand_id: str | None, *, lock: Lock = Lock.NONE) -> StoredUser:
    """The stored user with this id or external id.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    if (user := await users.find(reader, app_id, who, brand_id, lock=lock)) is None:
        raise UserNotFound
    return user


async def update(store: Store, tenant: Tenant, who: str, brand_id: str | None, body: UserUpdateBody) -> User:
    """Change the fields that the body has; profile and metadata are merged key by key.

    Raises:
        UserNotFound: the user does not exist in this app.
        BadRequest: the metadata would be too large, or signedUpAt is outside the calendar.
    """
    signed_up_at = _milliseconds(body.signed_up_at)
    return views.user(await store.write(_update, tenant, who, brand_id, body, signed_up_at))


async def _update(
    tx: Tx, tenant: Tenant, who: str, brand_id: str | None, body: UserUpdateBody, signed_up_at: int | None
) -> StoredUser:
    user = await find(tx, tenant.app_id, who, brand_id, lock=Lock.CHANGE)
    if signed_up_at is not None:
        user.signed_up_at = signed_up_at
    if body.to_be_retained is not None:
        user.to_be_retained = body.to_be_retained
    user.profile = _merged_profile(user.profile, body.profile)
    user.metadata = _merged_metadata(user.metadata, body.metadata)
    return await _save(tx, tenant, user)


async def delete_personal_information(store: Store, tenant: Tenant, who: str, brand_id: str | None) -> User:
    """Clear the personal information of a user. The user and the conversations stay.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return views.user(await store.write(_delete_personal_information, tenant, who, brand_id))


async def _delete_personal_information(tx: Tx, tenant: Tenant, who: str, brand_id: str | None) -> StoredUser:
    user = await find(tx, tenant.app_id, who, brand_id, lock=Lock.CHANGE)
    user.profile = user.metadata = _EMPTY
    await clients.clear_personal_information(tx, tenant.app_id, user.id)
    return await _save(tx, tenant, user)


async def _save(tx: Tx, tenant: Tenant, user: StoredUser) -> StoredUser:
    changes = Changes(tx.now)
    user_updated(changes.journal, tenant, user)
    await users.change(tx, user)
    await changes.save(tx)
    return user


async def delete(store: Store, tenant: Tenant, who: str, brand_id: str | None) -> None:
    """Delete a user with their clients, personal conversations and memberships of groups. The groups stay.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    while not await store.write(_delete, tenant, who, brand_id):
        pass


async def _delete(tx: Tx, tenant: Tenant, who: str, brand_id: str | None) -> bool:
    """Delete the user, or only as many personal conversations as one transaction should; returns whether the user."""
    seats = await lock_seats(tx, tenant.app_id, (await find(tx, tenant.app_id, who, brand_id)).id)
    if seats is None:
        raise UserNotFound
    personal = sorted((one for one in seats.conversations.values() if one.type == PERSONAL), key=lambda one: one.id)
    going = _first_to_go(personal)
    whole = len(going) == len(personal)
    await _remove_from_conversations(tx, tenant, seats, [one for one in personal if one.id in going], whole=whole)
    if whole:
        await clients.remove_of_user(tx, tenant.app_id, seats.user.id)
        await users.remove(tx, seats.user)
    return whole


async def _remove_from_conversations(
    tx: Tx, tenant: Tenant, seats: Seats, personal: list[StoredConversation], *, whole: bool
) -> None:
    """Delete these personal conversations, and remove the user from them, or from all if `whole` is set."""
    changes = Changes(tx.now)
    going = {one.id for one in personal}
    for participant in seats.participants:
        if whole or participant.conversation_id in going:
            changes.dismiss(seats.conversations[participant.conversation_id], participant)
    for conversation in personal:
        changes.delete_conversation(conversation)
        conversation_removed(changes.journal, tenant, conversation)
    if whole:
        user_removed(changes.journal, tenant, seats.user)
    await changes.save(tx)


def _first_to_go(personal: list[StoredConversation]) -> set[str]:
    """The ids of as many conversations as one transaction should delete with their messages, the default one last."""
    going: set[str] = set()
    count = 0
    for conversation in sorted(personal, key=lambda one: one.is_default):
        count += conversation.message_count
        if going and count > MESSAGES_PER_CONVERSATION:
            break
        going.add(conversation.id)
    return going


def _milliseconds(moment: datetime | None) -> int | None:
    try:
        return None if moment is None else times.to_milliseconds(moment.astimezone(UTC))
    except OverflowError:  # its offset carries it out of the years 1 to 9999
        raise BadRequest("signedUpAt should be in the years 1 to 9999") from None


def _merged_profile(stored: Raw, change: ProfileBody | None) -> Raw:
    """The profile after an update: an absent key changes nothing, null clears a key."""
    if change is None:
        return stored
    given = {name: getattr(change, name) for name in change.__struct_fields__}
    profile = msgspec.json.decode(stored, type=Profile)
    return Raw(_ENCODER.encode(replace(profile, **{name: one for name, one in given.items() if one is not UNSET})))


def _merged_metadata(stored: Raw, change: Metadata | UnsetType | None) -> Raw:
    if isinstance(change, UnsetType):
        return stored
    return Raw(_ENCODER.encode(metadata.merged(msgspec.json.decode(stored), change, _OWNER) or {}))
