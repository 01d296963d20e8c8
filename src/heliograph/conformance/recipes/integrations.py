"""Recipes for integrations, their keys and webhooks, and switchboards."""

from __future__ import annotations

from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import UNREACHABLE, Site
from heliograph.conformance.switchboards import Board
from heliograph.wire.table.v2.integrations import (
    CREATE_CUSTOM_INTEGRATION_KEY,
    CREATE_INTEGRATION,
    CREATE_SWITCHBOARD,
    CREATE_SWITCHBOARD_INTEGRATION,
    CREATE_WEBHOOK,
    DELETE_CUSTOM_INTEGRATION_KEY,
    DELETE_INTEGRATION,
    DELETE_SWITCHBOARD,
    DELETE_SWITCHBOARD_INTEGRATION,
    DELETE_WEBHOOK,
    GET_CUSTOM_INTEGRATION_KEY,
    GET_INTEGRATION,
    GET_WEBHOOK,
    LIST_CUSTOM_INTEGRATION_KEYS,
    LIST_INTEGRATIONS,
    LIST_SWITCHBOARD_INTEGRATIONS,
    LIST_SWITCHBOARDS,
    LIST_WEBHOOKS,
    UPDATE_INTEGRATION,
    UPDATE_SWITCHBOARD,
    UPDATE_SWITCHBOARD_INTEGRATION,
    UPDATE_WEBHOOK,
)

HOOK = {"target": UNREACHABLE, "triggers": ["conversation:join"]}


@recipe(CREATE_INTEGRATION)
def create_integration(site: Site) -> Prepared:
    """A web integration."""
    return Prepared({"type": "web", "displayName": site.name()})


@recipe(LIST_INTEGRATIONS)
def list_integrations(site: Site) -> Prepared:
    """The custom integrations."""
    return Prepared(params={"filter[types]": "custom"}) if site.bot else Prepared()


@recipe(GET_INTEGRATION)
def get_integration(site: Site) -> Prepared:
    """A custom integration."""
    return Prepared(integrationId=site.bot)


@recipe(UPDATE_INTEGRATION)
def update_integration(site: Site) -> Prepared:
    """A new name."""
    return Prepared({"displayName": site.name()}, integrationId=site.bot)


@recipe(DELETE_INTEGRATION)
def delete_integration(site: Site) -> Prepared:
    """A custom integration."""
    return Prepared(integrationId=site.bare_integration())


@recipe(CREATE_CUSTOM_INTEGRATION_KEY)
def create_custom_integration_key(site: Site) -> Prepared:
    """A key of a custom integration."""
    return Prepared({"displayName": site.name()}, integrationId=site.bare_integration())


@recipe(LIST_CUSTOM_INTEGRATION_KEYS)
def list_custom_integration_keys(site: Site) -> Prepared:
    """The keys of a custom integration."""
    return Prepared(integrationId=site.bot) if site.bot_key else Prepared()


@recipe(GET_CUSTOM_INTEGRATION_KEY)
def get_custom_integration_key(site: Site) -> Prepared:
    """A key of a custom integration."""
    return _key(site)


@recipe(DELETE_CUSTOM_INTEGRATION_KEY)
def delete_custom_integration_key(site: Site) -> Prepared:
    """A key of a custom integration."""
    return _key(site)


def _key(site: Site) -> Prepared:
    own = site.bare_integration()
    key = site.ok(CREATE_CUSTOM_INTEGRATION_KEY, {"displayName": site.name()}, integrationId=own)["key"]
    return Prepared(integrationId=own, keyId=key["id"])


@recipe(CREATE_WEBHOOK)
def create_webhook(site: Site) -> Prepared:
    """A webhook of a custom integration."""
    return Prepared(HOOK, integrationId=site.bare_integration())


@recipe(LIST_WEBHOOKS)
def list_webhooks(site: Site) -> Prepared:
    """The webhooks of a custom integration."""
    return Prepared(integrationId=site.bot)


@recipe(GET_WEBHOOK)
def get_webhook(site: Site) -> Prepared:
    """A webhook of a custom integration."""
    return _webhook(site)


@recipe(UPDATE_WEBHOOK)
def update_webhook(site: Site) -> Prepared:
    """Other triggers."""
    return _webhook(site, {"triggers": ["user:update"]})


@recipe(DELETE_WEBHOOK)
def delete_webhook(site: Site) -> Prepared:
    """A webhook of a custom integration."""
    return _webhook(site)


def _webhook(site: Site, body: object = None) -> Prepared:
    made = site.integration()
    return Prepared(body, integrationId=made["id"], webhookId=made["webhooks"][0]["id"])


@recipe(CREATE_SWITCHBOARD, Need.SWITCHBOARD)
def create_switchboard(site: Site) -> Prepared:
    """An app without a switchboard."""
    Board(site.apart).remove()
    return Prepared(site=site.apart)


@recipe(LIST_SWITCHBOARDS, Need.SWITCHBOARD)
def list_switchboards(site: Site) -> Prepared:
    """The switchboard."""
    return Prepared(site=Board(site.apart).site)


@recipe(UPDATE_SWITCHBOARD, Need.SWITCHBOARD)
def update_switchboard(site: Site) -> Prepared:
    """The switchboard is disabled."""
    board = Board(site.apart)
    return Prepared({"enabled": False}, site=board.site, switchboardId=board.id)


@recipe(DELETE_SWITCHBOARD, Need.SWITCHBOARD)
def delete_switchboard(site: Site) -> Prepared:
    """The switchboard."""
    board = Board(site.apart)
    return Prepared(site=board.site, switchboardId=board.id)


@recipe(CREATE_SWITCHBOARD_INTEGRATION, Need.SWITCHBOARD)
def create_switchboard_integration(site: Site) -> Prepared:
    """Another integration."""
    board = Board(site.apart)
    body = {"name": "other", "integrationId": board.site.bare_integration()}
    return Prepared(body, site=board.site, switchboardId=board.id)


@recipe(LIST_SWITCHBOARD_INTEGRATIONS, Need.SWITCHBOARD)
def list_switchboard_integrations(site: Site) -> Prepared:
    """The integrations of the switchboard."""
    board = Board(site.apart)
    return Prepared(site=board.site, switchboardId=board.id)


@recipe(UPDATE_SWITCHBOARD_INTEGRATION, Need.SWITCHBOARD)
def update_switchboard_integration(site: Site) -> Prepared:
    """A new name."""
    return _member({"name": "renamed"}, Board(site.apart))


@recipe(DELETE_SWITCHBOARD_INTEGRATION, Need.SWITCHBOARD)
def delete_switchboard_integration(site: Site) -> Prepared:
    """An integration that is neither the default nor the next one of another."""
    board = Board(site.apart)
    board.change("bot", nextSwitchboardIntegrationId=None)
    return _member(None, board)


def _member(body: object, board: Board) -> Prepared:
    member = board.members["human"]
    return Prepared(body, site=board.site, switchboardId=board.id, switchboardIntegrationId=member)
