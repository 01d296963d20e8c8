"""Recipes for integrations, their keys and webhooks, and switchboards."""

from __future__ import annotations

from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import UNREACHABLE, Site
from heliograph.conformance.switchboards import Board

HOOK = {"target": UNREACHABLE, "triggers": ["conversation:join"]}


@recipe("CreateIntegration")
def create_integration(site: Site) -> Prepared:
    """A web integration."""
    return Prepared({"type": "web", "displayName": site.name()})


@recipe("ListIntegrations")
def list_integrations(site: Site) -> Prepared:
    """The custom integrations."""
    return Prepared(params={"filter[types]": "custom"}) if site.bot else Prepared()


@recipe("GetIntegration")
def get_integration(site: Site) -> Prepared:
    """A custom integration."""
    return Prepared(integrationId=site.bot)


@recipe("UpdateIntegration")
def update_integration(site: Site) -> Prepared:
    """A new name."""
    return Prepared({"displayName": site.name()}, integrationId=site.bot)


@recipe("DeleteIntegration")
def delete_integration(site: Site) -> Prepared:
    """A custom integration."""
    return Prepared(integrationId=site.bare_integration())


@recipe("CreateCustomIntegrationKey")
def create_custom_integration_key(site: Site) -> Prepared:
    """A key of a custom integration."""
    return Prepared({"displayName": site.name()}, integrationId=site.bare_integration())


@recipe("ListCustomIntegrationKeys")
def list_custom_integration_keys(site: Site) -> Prepared:
    """The keys of a custom integration."""
    return Prepared(integrationId=site.bot) if site.bot_key else Prepared()


@recipe("GetCustomIntegrationKey")
def get_custom_integration_key(site: Site) -> Prepared:
    """A key of a custom integration."""
    return _key(site)


@recipe("DeleteCustomIntegrationKey")
def delete_custom_integration_key(site: Site) -> Prepared:
    """A key of a custom integration."""
    return _key(site)


def _key(site: Site) -> Prepared:
    own = site.bare_integration()
    key = site.ok("CreateCustomIntegrationKey", {"displayName": site.name()}, integrationId=own)["key"]
    return Prepared(integrationId=own, keyId=key["id"])


@recipe("CreateWebhook")
def create_webhook(site: Site) -> Prepared:
    """A webhook of a custom integration."""
    return Prepared(HOOK, integrationId=site.bare_integration())


@recipe("ListWebhooks")
def list_webhooks(site: Site) -> Prepared:
    """The webhooks of a custom integration."""
    return Prepared(integrationId=site.bot)


@recipe("GetWebhook")
def get_webhook(site: Site) -> Prepared:
    """A webhook of a custom integration."""
    return _webhook(site)


@recipe("UpdateWebhook")
def update_webhook(site: Site) -> Prepared:
    """Other triggers."""
    return _webhook(site, {"triggers": ["user:update"]})


@recipe("DeleteWebhook")
def delete_webhook(site: Site) -> Prepared:
    """A webhook of a custom integration."""
    return _webhook(site)


def _webhook(site: Site, body: object = None) -> Prepared:
    made = site.integration()
    return Prepared(body, integrationId=made["id"], webhookId=made["webhooks"][0]["id"])


@recipe("CreateSwitchboard", Need.SWITCHBOARD)
def create_switchboard(site: Site) -> Prepared:
    """An app without a switchboard."""
    Board(site.apart).remove()
    return Prepared(site=site.apart)


@recipe("ListSwitchboards", Need.SWITCHBOARD)
def list_switchboards(site: Site) -> Prepared:
    """The switchboard."""
    return Prepared(site=Board(site.apart).site)


@recipe("UpdateSwitchboard", Need.SWITCHBOARD)
def update_switchboard(site: Site) -> Prepared:
    """The switchboard is disabled."""
    board = Board(site.apart)
    return Prepared({"enabled": False}, site=board.site, switchboardId=board.id)


@recipe("DeleteSwitchboard", Need.SWITCHBOARD)
def delete_switchboard(site: Site) -> Prepared:
    """The switchboard."""
    board = Board(site.apart)
    return Prepared(site=board.site, switchboardId=board.id)


@recipe("CreateSwitchboardIntegration", Need.SWITCHBOARD)
def create_switchboard_integration(site: Site) -> Prepared:
    """Another integration."""
    board = Board(site.apart)
    body = {"name": "other", "integrationId": board.site.bare_integration()}
    return Prepared(body, site=board.site, switchboardId=board.id)


@recipe("ListSwitchboardIntegrations", Need.SWITCHBOARD)
def list_switchboard_integrations(site: Site) -> Prepared:
    """The integrations of the switchboard."""
    board = Board(site.apart)
    return Prepared(site=board.site, switchboardId=board.id)


@recipe("UpdateSwitchboardIntegration", Need.SWITCHBOARD)
def update_switchboard_integration(site: Site) -> Prepared:
    """A new name."""
    return _member({"name": "renamed"}, Board(site.apart))


@recipe("DeleteSwitchboardIntegration", Need.SWITCHBOARD)
def delete_switchboard_integration(site: Site) -> Prepared:
    """An integration that is neither the default nor the next one of another."""
    board = Board(site.apart)
    board.change("bot", nextSwitchboardIntegrationId=None)
    return _member(None, board)


def _member(body: object, board: Board) -> Prepared:
    member = board.members["human"]
    return Prepared(body, site=board.site, switchboardId=board.id, switchboardIntegrationId=member)
