"""Recipes for users, their clients and devices, and OAuth."""

from __future__ import annotations

from heliograph.conformance.end_users import EndUser
from heliograph.conformance.links import link_body, linked
from heliograph.conformance.outcomes import Need
from heliograph.conformance.partners import Partner
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import Site


@recipe("CreateUser")
def create_user(site: Site) -> Prepared:
    """A user with an external id."""
    return Prepared({"externalId": site.name(), "profile": {"givenName": "Grace"}})


@recipe("ListUsers")
def list_users(site: Site) -> Prepared:
    """The users with an email address."""
    return Prepared(params={"filter[identities.email]": f"{site.name()}@example.invalid"})


@recipe("GetUser")
def get_user(site: Site) -> Prepared:
    """A user, by its id."""
    return Prepared(userIdOrExternalId=site.ada)


@recipe("UpdateUser")
def update_user(site: Site) -> Prepared:
    """A new surname."""
    return Prepared({"profile": {"surname": "Hopper"}}, userIdOrExternalId=site.user())


@recipe("DeleteUser")
def delete_user(site: Site) -> Prepared:
    """A user."""
    return Prepared(userIdOrExternalId=site.user())


@recipe("DeleteUserPersonalInformation")
def delete_user_personal_information(site: Site) -> Prepared:
    """A user with a profile."""
    return Prepared(userIdOrExternalId=site.user(profile={"givenName": "Grace"}))


@recipe("SyncUser", Need.EXTENSIONS)
def sync_user(site: Site) -> Prepared:
    """A user who is linked to a Support user."""
    zendesk_id = site.name()
    site.ok("LoginUser", {"zendeskId": zendesk_id}, userIdOrExternalId=site.user())
    return Prepared(zendeskId=zendesk_id)


@recipe("CreateClient", Need.CHANNEL)
def create_client(site: Site) -> Prepared:
    """A phone number for a user in a personal conversation."""
    user = site.user()
    return Prepared(link_body(site, site.personal(user)), userIdOrExternalId=user)


@recipe("ListClients")
def list_clients(site: Site) -> Prepared:
    """The SDK client of a user."""
    user = site.user()
    site.join(site.group(), user, subscribe=True)
    return Prepared(userIdOrExternalId=user)


@recipe("RemoveClient", Need.CHANNEL)
def remove_client(site: Site) -> Prepared:
    """A client of a phone number."""
    link = linked(site)
    return Prepared(userIdOrExternalId=link.user, clientId=link.client)


@recipe("ListDevices")
def list_devices(site: Site) -> Prepared:
    """The devices of a user."""
    return Prepared(userIdOrExternalId=site.ada)


@recipe("GetDevice", Need.EXTENSIONS)
def get_device(site: Site) -> Prepared:
    """A device of a user."""
    person = EndUser(site)
    return Prepared(userIdOrExternalId=person.id, deviceId=person.device)


@recipe("GetTokenInfo")
def get_token_info(site: Site) -> Prepared:
    """The key of the app."""
    return Prepared()


@recipe("Authorize", Need.ACCOUNT, Need.EXTENSIONS)
def authorize(site: Site) -> Prepared:
    """A partner, and the key of the app."""
    return Prepared(params={"client_id": Partner(site).client_id, "response_type": "code"})


@recipe("GetToken", Need.ACCOUNT, Need.EXTENSIONS)
def get_token(site: Site) -> Prepared:
    """The code of a partner."""
    partner = Partner(site)
    return Prepared(partner.exchange(partner.code()), auth=None)


@recipe("RevokeAccess", Need.ACCOUNT, Need.EXTENSIONS)
def revoke_access(site: Site) -> Prepared:
    """The token of a partner."""
    return Prepared(auth=f"Bearer {Partner(site).token()}")
