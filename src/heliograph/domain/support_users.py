"""The verbs of Support users: what Zendesk Support would report to SyncUser, as there is no Support here."""

from __future__ import annotations

from heliograph.domain.identities import check_zendesk_id
from heliograph.domain.loading import load_support_user
from heliograph.domain.tenants import Tenant
from heliograph.errors import SupportUserNotFound
from heliograph.storage.engine import Tx
from heliograph.storage.rows import support_users
from heliograph.storage.rows.support_users import StoredSupportUser
from heliograph.storage.store import Store
from heliograph.wire.support_users import SupportUser, SupportUserBody


async def put(store: Store, tenant: Tenant, zendesk_id: str, body: SupportUserBody) -> SupportUser:
    """Create the Support user, or replace it.

    Raises:
        BadRequest: the id is too long.
    """
    check_zendesk_id(zendesk_id, "zendeskId")
    stored = StoredSupportUser(
        tenant.app_id, zendesk_id, body.external_id, body.email, body.given_name, body.surname, body.brand_id
    )
    await store.write(support_users.put, stored)
    return _to_api(stored)


async def get(store: Store, tenant: Tenant, zendesk_id: str) -> SupportUser:
    """The Support user.

    Raises:
        SupportUserNotFound: it does not exist in this app.
    """
    return _to_api(await store.read(load_support_user, tenant.app_id, zendesk_id))


async def delete(store: Store, tenant: Tenant, zendesk_id: str) -> None:
    """Delete the Support user. The user with its id stays as it is.

    Raises:
        SupportUserNotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant, zendesk_id)


async def _delete(tx: Tx, tenant: Tenant, zendesk_id: str) -> None:
    if not await support_users.remove(tx, tenant.app_id, zendesk_id):
        raise SupportUserNotFound


def _to_api(stored: StoredSupportUser) -> SupportUser:
    return SupportUser(
        zendesk_id=stored.zendesk_id,
        external_id=stored.external_id,
        email=stored.email,
        given_name=stored.given_name,
        surname=stored.surname,
        brand_id=stored.brand_id,
    )
