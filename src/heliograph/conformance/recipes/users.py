"""Recipes for users, their clients and devices, and OAuth."""

from __future__ import annotations

from heliograph.conformance.end_users import EndUser
from heliograph.conformance.links import link_body, linked
from heliograph.conformance.outcomes import Need
from heliograph.conformance.partners import Partner
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import Site
from heliograph.wire.table.extensions.end_users import LOGIN_USER
from heliograph.wire.table.v2.oauth import AUTHORIZE, GET_TOKEN, GET_TOKEN_INFO, REVOKE_ACCESS
from heliograph.wire.table.v2.users import (
    CREATE_CLIENT,
    CREATE_USER,
    DELETE_USER,
    DELETE_USER_PERSONAL_INFORMATION,
    GET_DEVICE,
    GET_USER,
    LIST_CLIENTS,
    LIST_DEVICES,
    LIST_USERS,
    REMOVE_CLIENT,
    SYNC_USER,
    UPDATE_USER,
)


@recipe(CREATE_USER)
def create_user(site: Site) -> Prepared:
    """A user with an external id."""
    return Prepared({"externalId": site.name(), "profile": {"givenName": "Grace"}})


@recipe(LIST_USERS)
def list_users(site: Site) -> Prepared:
    """The users with an email address."""
    return Prepared(params={"filter[identities.email]": f"{site.name()}@example.invalid"})


@recipe(GET_USER)
def get_user(site: Site) -> Prepared:
    """A user, by its id."""
    return Prepared(userIdOrExternalId=site.ada)


@recipe(UPDATE_USER)
def update_user(site: Site) -> Prepared:
    """A new surname."""
    return Prepared({"profile": {"surname": "Hopper"}}, userIdOrExternalId=site.user())


@recipe(DELETE_USER)
def delete_user(site: Site) -> Prepared:
    """A user."""
    return Prepared(userIdOrExternalId=site.user())


@recipe(DELETE_USER_PERSONAL_INFORMATION)
def delete_user_personal_information(site: Site) -> Prepared:
    """A user with a profile."""
    return Prepared(userIdOrExternalId=site.user(profile={"givenName": "Grace"}))


@recipe(SYNC_USER, Need.EXTENSIONS)
def sync_user(site: Site) -> Prepared:
    """A user who is linked to a Support user."""
    zendesk_id = site.name()
    site.ok(LOGIN_USER, {"zendeskId": zendesk_id}, userIdOrExternalId=site.user())
    return Prepared(zendeskId=zendesk_id)


@recipe(CREATE_CLIENT, Need.CHANNEL)
def create_client(site: Site) -> Prepared:
    """A phone number for a user in a personal conversation."""
    user = site.user()
    return Prepared(link_body(site, site.personal(user)), userIdOrExternalId=user)


@recipe(LIST_CLIENTS)
def list_clients(site: Site) -> Prepared:
    """The SDK client of a user."""
    user = site.user()
    site.join(site.group(), user, subscribe=True)
    return Prepared(userIdOrExternalId=user)


@recipe(REMOVE_CLIENT, Need.CHANNEL)
def remove_client(site: Site) -> Prepared:
    """A client of a phone number."""
    link = linked(site)
    return Prepared(userIdOrExternalId=link.user, clientId=link.client)


@recipe(LIST_DEVICES)
def list_devices(site: Site) -> Prepared:
    """The devices of a user."""
    return Prepared(userIdOrExternalId=site.ada)


@recipe(GET_DEVICE, Need.EXTENSIONS)
def get_device(site: Site) -> Prepared:
    """A device of a user."""
    person = EndUser(site)
    return Prepared(userIdOrExternalId=person.id, deviceId=person.device)


@recipe(GET_TOKEN_INFO)
def get_token_info(site: Site) -> Prepared:
    """The key of the app."""
    return Prepared()


@recipe(AUTHORIZE, Need.ACCOUNT, Need.EXTENSIONS)
def authorize(site: Site) -> Prepared:
    """A partner, and the key of the app."""
    return Prepared(params={"client_id": Partner(site).client_id, "response_type": "code"})


@recipe(GET_TOKEN, Need.ACCOUNT, Need.EXTENSIONS)
def get_token(site: Site) -> Prepared:
    """The code of a partner."""
    partner = Partner(site)
    return Prepared(partner.exchange(partner.code()), auth=None)


@recipe(REVOKE_ACCESS, Need.ACCOUNT, Need.EXTENSIONS)
def revoke_access(site: Site) -> Prepared:
    """The token of a partner."""
    return Prepared(auth=f"Bearer {Partner(site).token()}")
