"""The login of a user, as an SDK would report it."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from heliograph.domain import identities, views
from heliograph.domain.changes import Changes
from heliograph.domain.channel_messages import SDK_TYPES
from heliograph.domain.events.subjects import SOURCE
from heliograph.domain.events.users import user_merged, user_updated
from heliograph.domain.identities import Owners, owners_of
from heliograph.domain.loading import load_integration, load_user
from heliograph.domain.merging import absorb, show_external_id
from heliograph.domain.seats import Seats, lock_seats
from heliograph.domain.stored_json import decode_profile
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, Conflict
from heliograph.storage.engine import StaleRead, Tx
from heliograph.storage.rows import clients
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.authors import Source
from heliograph.wire.users import LoginBody, User


async def login(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: LoginBody) -> User:
    """Authenticate a user. If another user has the external id or the Support user, merge this user into the other one.

    Raises:
        UserNotFound, IntegrationNotFound: it does not exist in this app.
        BadRequest: the integration is not an SDK integration.
        Conflict: the user, or the one to merge with, has another external id or is linked to another Support user.
    """
    return views.user(await store.write(_login, tenant, id_or_external_id, brand_id, body))


async def _login(tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: LoginBody) -> StoredUser:
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id)
    source = await _source(tx, tenant, body.integration_id)
    owners = await _owners(tx, user, body)
    locked = await lock_seats(tx, tenant.app_id, {user.id, *owners.ids})
    seats = locked[user.id]
    if id_or_external_id not in (user.id, seats.user.external_id) or await _owners(tx, user, body) != owners:
        raise StaleRead
    into = locked[_surviving_id(user, owners)]
    _check(seats.user, into.user, body)
    changes = Changes(tx.now)
    changes.users.edit(into.user)
    merged = await absorb(tx, changes, tenant, into, seats) if into is not seats else None
    if owners.email is not None and owners.email not in (user.id, into.user.id):
        _take_email(changes, tenant, locked[owners.email].user, body)
    _authenticate(into.user, body)
    show_external_id(changes, into)
    if merged is not None:
        user_merged(changes.journal, tenant, merged, "sdkLogin")
    elif changes.users.has_changed(into.user):
        user_updated(changes.journal, tenant, into.user, reason="authentication", source=source)
    if body.integration_id is not None:
        await _ensure_sdk_client(tx, changes, tenant, into, source)
    await changes.save(tx)
    return into.user


async def _source(tx: Tx, tenant: Tenant, integration_id: str | None) -> Source:
    if integration_id is None:
        return SOURCE
    integration = await load_integration(tx, tenant, integration_id)
    if integration.type not in SDK_TYPES:
        raise BadRequest(f"integrationId should be of an integration of type {', '.join(sorted(SDK_TYPES))}")
    return Source(type=integration.type, integration_id=integration.id)


async def _owners(tx: Tx, user: StoredUser, body: LoginBody) -> Owners:
    return await owners_of(
        tx,
        user.app_id,
        user.brand_id or "",
        external_id=body.external_id,
        zendesk_id=body.zendesk_id,
        email=body.email,
    )


def _surviving_id(user: StoredUser, owners: Owners) -> str:
    """The id of the other user that the external id or the Support user belongs to, or else of this user."""
    others = {owners.external_id, owners.zendesk_id} - {None, user.id}
    if len(others) > 1:
        raise Conflict("externalId and zendeskId belong to different users")
    return next((id for id in others if id is not None), user.id)


def _check(user: StoredUser, other: StoredUser, body: LoginBody) -> None:
    if len({user.external_id, other.external_id, body.external_id} - {None}) > 1:
        raise Conflict("User has another externalId")
    if len({user.zendesk_id, other.zendesk_id, body.zendesk_id} - {None}) > 1:
        raise Conflict("User has another zendeskId")


def _take_email(changes: Changes, tenant: Tenant, other: StoredUser, body: LoginBody) -> None:
    """Remove the email address from another user, because the login has verified whose it is."""
    assert body.email is not None
    changes.users.edit(other)
    identities.remove_email(other, body.email)
    user_updated(changes.journal, tenant, other)


def _authenticate(user: StoredUser, body: LoginBody) -> None:
    user.authenticated = True
    user.external_id = body.external_id or user.external_id
    user.zendesk_id = body.zendesk_id or user.zendesk_id
    if body.email is not None:
        identities.add_email(user, body.email, identities.SSO)
    profile = decode_profile(user.profile)
    profile.given_name = body.given_name or profile.given_name
    profile.surname = body.surname or profile.surname
    user.profile = Raw(msgspec.json.encode(profile))


async def _ensure_sdk_client(tx: Tx, changes: Changes, tenant: Tenant, seats: Seats, source: Source) -> None:
    user = seats.user
    if not await clients.sdk_clients(tx, [(user.app_id, user.id)]):
        changes.add_sdk_client(tenant, user, source)
