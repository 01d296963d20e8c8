"""The verbs of users."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import UNSET

from heliograph import ids
from heliograph.domain import metadata
from heliograph.domain.events import Journal
from heliograph.domain.roster import Roster, seats_of
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, UserAlreadyExists, UserNotFound
from heliograph.storage import clients, conversations, events, messages, users
from heliograph.storage.conversations import StoredConversation
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.store import Store
from heliograph.storage.users import StoredUser
from heliograph.wire import times
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION
from heliograph.wire.users import Profile, ProfileBody, User, UserCreateBody, UserUpdateBody

_OWNER = "User"
_EMPTY = "{}"


async def create(store: Store, tenant: Tenant, body: UserCreateBody) -> User:
    """Create a user.

    Raises:
        UserAlreadyExists: another user of the app (of the brand) has the external id.
        BadRequest: the metadata is too large, or signedUpAt is outside the calendar.
    """
    # What is wrong with the request itself is told before what is there already.
    metadata_text = metadata.initial(body.metadata, _OWNER) or _EMPTY
    signed_up_at = _milliseconds(body.signed_up_at)
    return shown(await store.write(_create, tenant, body, metadata_text, signed_up_at))


async def _create(
    tx: Tx, tenant: Tenant, body: UserCreateBody, metadata_text: str, signed_up_at: int | None
) -> StoredUser:
    if body.external_id is not None:
        taken = await users.id_of(tx, tenant.app_id, body.external_id, body.brand_id or "")
        if taken is not None:
            raise UserAlreadyExists
    user = StoredUser(
        app_id=tenant.app_id,
        id=ids.new(),
        external_id=body.external_id,
        brand_id=body.brand_id,
        authenticated=0,
        signed_up_at=tx.now if signed_up_at is None else signed_up_at,
        to_be_retained=None if body.to_be_retained is None else int(body.to_be_retained),
        profile=_merged_profile(_EMPTY, body.profile),
        metadata=metadata_text,
        default_conversation_id=None,
        created_at=tx.now,
    )
    await users.add(tx, user)
    return user


async def get(store: Store, tenant: Tenant, who: str, brand_id: str | None) -> User:
    """The user with this id or external id; a user's own id wins over another's external id.

    Raises:
        UserNotFound: there is no such user in this app.
    """
    return shown(await store.read(find, tenant.app_id, who, brand_id))


async def find(reader: Reader, app_id: str, who: str, brand_id: str | None, *, lock: Lock = Lock.NONE) -> StoredUser:
    """The stored user with this id or external id.

    Raises:
        UserNotFound: there is no such user in this app.
    """
    if (user := await users.find(reader, app_id, who, brand_id, lock=lock)) is None:
        raise UserNotFound
    return user


async def update(store: Store, tenant: Tenant, who: str, brand_id: str | None, body: UserUpdateBody) -> User:
    """Change what the body names; profile and metadata are merged key by key.

    Raises:
        UserNotFound: there is no such user in this app.
        BadRequest: the metadata would be too large, or signedUpAt is outside the calendar.
    """
    signed_up_at = _milliseconds(body.signed_up_at)
    return shown(await store.write(_update, tenant, who, brand_id, body, signed_up_at))


async def _update(
    tx: Tx, tenant: Tenant, who: str, brand_id: str | None, body: UserUpdateBody, signed_up_at: int | None
) -> StoredUser:
    user = await find(tx, tenant.app_id, who, brand_id, lock=Lock.CHANGE)
    if signed_up_at is not None:
        user.signed_up_at = signed_up_at
    if body.to_be_retained is not None:
        user.to_be_retained = int(body.to_be_retained)
    user.profile = _merged_profile(user.profile, body.profile)
    user.metadata = metadata.merged(user.metadata, body.metadata, _OWNER) or _EMPTY
    return await _save(tx, tenant, user)


async def delete_personal_information(store: Store, tenant: Tenant, who: str, brand_id: str | None) -> User:
    """Clear what is known of the person; the user and the conversations stay.

    Raises:
        UserNotFound: there is no such user in this app.
    """
    return shown(await store.write(_delete_personal_information, tenant, who, brand_id))


async def _delete_personal_information(tx: Tx, tenant: Tenant, who: str, brand_id: str | None) -> StoredUser:
    user = await find(tx, tenant.app_id, who, brand_id, lock=Lock.CHANGE)
    user.profile = user.metadata = _EMPTY
    await clients.clear_personal_information(tx, tenant.app_id, user.id)
    return await _save(tx, tenant, user)


async def _save(tx: Tx, tenant: Tenant, user: StoredUser) -> StoredUser:
    journal = Journal(tx.now)
    journal.user_updated(tenant, user)
    await users.change(tx, user)
    await events.add(tx, journal.events, journal.in_full)
    return user


async def delete(store: Store, tenant: Tenant, who: str, brand_id: str | None) -> None:
    """Delete a user: clients and personal conversations go, memberships of groups end, the groups stay.

    Raises:
        UserNotFound: there is no such user in this app.
    """
    while not await store.write(_delete, tenant, who, brand_id):
        pass


async def _delete(tx: Tx, tenant: Tenant, who: str, brand_id: str | None) -> bool:
    """Delete the user, or only so many personal conversations as one transaction should; returns which it was."""
    app_id = tenant.app_id
    seats = await seats_of(tx, app_id, (await find(tx, app_id, who, brand_id)).id)
    if seats is None:
        raise UserNotFound
    personal = sorted((one for one in seats.conversations.values() if one.type == PERSONAL), key=lambda one: one.id)
    going = _first_to_go(personal)
    whole = len(going) == len(personal)
    roster = Roster(tx.now)
    for participant in seats.participants:
        if whole or participant.conversation_id in going:
            roster.holds(participant)
            roster.dismiss(seats.conversations[participant.conversation_id], participant)
    for conversation in personal:
        if conversation.id in going:
            roster.journal.conversation_removed(tenant, conversation)
            await messages.remove_all(tx, app_id, conversation.id)
    if whole:
        roster.journal.user_removed(tenant, seats.user)
    await roster.save(tx)
    await conversations.remove(tx, app_id, sorted(going))
    if whole:
        await clients.remove_of_user(tx, app_id, seats.user.id)
        await users.remove(tx, seats.user)
    return whole


def _first_to_go(personal: list[StoredConversation]) -> set[str]:
    """As many conversations as one transaction should delete with their messages; the default one is the last to go."""
    going: set[str] = set()
    count = 0
    for conversation in sorted(personal, key=lambda one: one.is_default):
        count += conversation.message_count
        if going and count > MESSAGES_PER_CONVERSATION:
            break
        going.add(conversation.id)
    return going


def shown(user: StoredUser) -> User:
    """A user as answers show one."""
    return User(
        id=user.id,
        authenticated=bool(user.authenticated),
        signed_up_at=times.to_text(user.signed_up_at),
        profile=msgspec.json.decode(user.profile, type=Profile),
        metadata=metadata.shown(user.metadata),
        identities=[],
        external_id=user.external_id,
        brand_id=user.brand_id,
        to_be_retained=None if user.to_be_retained is None else bool(user.to_be_retained),
    )


def _milliseconds(moment: datetime | None) -> int | None:
    try:
        return None if moment is None else times.to_milliseconds(moment.astimezone(UTC))
    except OverflowError:  # its offset carries it out of the years 1 to 9999
        raise BadRequest("signedUpAt should be in the years 1 to 9999") from None


def _merged_profile(stored: str, change: ProfileBody | None) -> str:
    """The profile to store: a key that is absent stays, one that is null is cleared."""
    if change is None:
        return stored
    profile = msgspec.json.decode(stored, type=Profile)
    for name in change.__struct_fields__:
        if (value := getattr(change, name)) is not UNSET:
            setattr(profile, name, value)
    return msgspec.json.encode(profile).decode()
