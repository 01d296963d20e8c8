"""SyncUser: synchronizes a user with a Support user."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph.domain import identities, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.users import Merged, user_merged, user_updated
from heliograph.domain.identities import Owners, owners_of
from heliograph.domain.merging import absorb, show_external_id
from heliograph.domain.seats import Seats, lock_seats
from heliograph.domain.stored_json import decode_profile
from heliograph.domain.tenants import Tenant
from heliograph.errors import UserNotFound
from heliograph.storage.engine import Reader, StaleRead, Tx
from heliograph.storage.rows import support_users, users
from heliograph.storage.rows.support_users import StoredSupportUser
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.users import User


class _Found(Struct, frozen=True):
    """The records of a synchronization: the users with the two ids, the Support user, and the owners of its
    identifiers."""

    user_id: str | None
    surviving_id: str | None
    support_user: StoredSupportUser | None
    owners: Owners


async def sync(store: Store, tenant: Tenant, zendesk_id: str, surviving_zendesk_id: str | None) -> User:
    """Synchronize the user with this Support user or, if Support users were merged, with the surviving one.

    Raises:
        BadRequest: the id of the surviving Support user is empty or too long.
        UserNotFound: no user of this app has the id of either Support user.
    """
    if surviving_zendesk_id is not None:
        identities.check_zendesk_id(surviving_zendesk_id, "survivingZendeskId")
    surviving = None if surviving_zendesk_id == zendesk_id else surviving_zendesk_id
    return views.user(await store.write(_sync, tenant, zendesk_id, surviving))


async def _sync(tx: Tx, tenant: Tenant, zendesk_id: str, surviving_zendesk_id: str | None) -> StoredUser:
    found = await _find(tx, tenant.app_id, zendesk_id, surviving_zendesk_id)
    if found.user_id is None:
        return await _already_merged(tx, tenant.app_id, found.surviving_id)
    ids = {found.user_id, found.surviving_id or found.user_id, *found.owners.ids}
    seats = await lock_seats(tx, tenant.app_id, ids)
    if await _find(tx, tenant.app_id, zendesk_id, surviving_zendesk_id) != found:
        raise StaleRead
    changes = Changes(tx.now)
    into = seats[found.surviving_id or found.user_id]
    changes.users.edit(into.user)
    merges = []
    if found.surviving_id is not None:
        merges.append(await absorb(tx, changes, tenant, into, seats[found.user_id]))
    elif surviving_zendesk_id is not None:
        into.user.zendesk_id = surviving_zendesk_id
    if found.support_user is not None:
        others = [seats[id] for id in sorted(found.owners.ids - {found.user_id, into.user.id})]
        merges += await _take_identifiers(tx, tenant, changes, into, others, found.support_user)
        _set_values(into.user, found.support_user)
    show_external_id(changes, into)
    _report(changes, tenant, into.user, merges)
    await changes.save(tx)
    return into.user


async def _find(reader: Reader, app_id: str, zendesk_id: str, surviving_zendesk_id: str | None) -> _Found:
    kept = await support_users.get(reader, app_id, surviving_zendesk_id or zendesk_id)
    brand_id = kept.brand_id or "" if kept else None
    user = await users.identified(reader, app_id, "zendesk", zendesk_id, brand_id)
    surviving = None
    if surviving_zendesk_id is not None:
        brand_id = user.brand_id if user else brand_id
        surviving = await users.identified(reader, app_id, "zendesk", surviving_zendesk_id, brand_id)
    owners = Owners()
    if user and kept:
        owners = await owners_of(reader, app_id, user.brand_id, external_id=kept.external_id, email=kept.email)
    return _Found(user.user_id if user else None, surviving.user_id if surviving else None, kept, owners)


async def _already_merged(tx: Tx, app_id: str, surviving_id: str | None) -> StoredUser:
    """The surviving user of a merge that an earlier request has made."""
    if surviving_id is None:
        raise UserNotFound
    if (user := await users.get(tx, app_id, surviving_id)) is None:
        raise StaleRead
    return user


async def _take_identifiers(
    tx: Tx, tenant: Tenant, changes: Changes, into: Seats, others: list[Seats], support_user: StoredSupportUser
) -> list[Merged]:
    """Take the external id and the email address of the Support user from the other users who have them.

    A user who is linked to another Support user loses them; any other user is merged into this one.
    """
    merges = []
    for other in others:
        if other.user.zendesk_id is None:
            merges.append(await absorb(tx, changes, tenant, into, other))
            continue
        changes.users.edit(other.user)
        if other.user.external_id == support_user.external_id:
            other.user.external_id = None
        if support_user.email is not None:
            identities.remove_email(other.user, support_user.email)
        show_external_id(changes, other)
        user_updated(changes.journal, tenant, other.user)
    return merges


def _set_values(user: StoredUser, support_user: StoredSupportUser) -> None:
    """Copy the values of the Support user. Absent values change nothing."""
    profile = decode_profile(user.profile)
    profile.given_name = support_user.given_name or profile.given_name
    profile.surname = support_user.surname or profile.surname
    user.profile = Raw(msgspec.json.encode(profile))
    user.external_id = support_user.external_id or user.external_id
    if support_user.email is not None:
        identities.set_only_email(user, support_user.email)


def _report(changes: Changes, tenant: Tenant, user: StoredUser, merges: list[Merged]) -> None:
    for merged in merges:
        user_merged(changes.journal, tenant, merged, "api")
    if not merges and changes.users.has_changed(user):
        user_updated(changes.journal, tenant, user)
