"""Recipes for apps, their keys, and attachments."""

from __future__ import annotations

from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import Site
from heliograph.wire.table.v2.apps import (
    CREATE_APP,
    CREATE_APP_KEY,
    DELETE_APP,
    DELETE_APP_KEY,
    DELETE_ATTACHMENT,
    GET_APP,
    GET_APP_KEY,
    LIST_APP_KEYS,
    LIST_APPS,
    UPDATE_APP,
    UPLOAD_ATTACHMENT,
)

FILE = ("lamp.txt", b"light", "text/plain")
PUBLIC = {"access": "public"}


@recipe(CREATE_APP, Need.ACCOUNT)
def create_app(site: Site) -> Prepared:
    """A new app."""
    return Prepared({"displayName": site.name()})


@recipe(LIST_APPS, Need.ACCOUNT)
def list_apps(site: Site) -> Prepared:
    """The apps of the account."""
    return Prepared()


@recipe(GET_APP)
def get_app(site: Site) -> Prepared:
    """The app of the key."""
    return Prepared()


@recipe(UPDATE_APP, Need.ACCOUNT)
def update_app(site: Site) -> Prepared:
    """A new name for an app of the run."""
    return Prepared({"displayName": site.name()}, site=site.apart)


@recipe(DELETE_APP, Need.ACCOUNT)
def delete_app(site: Site) -> Prepared:
    """An app of the run."""
    return Prepared(appId=site.ok(CREATE_APP, {"displayName": site.name()})["app"]["id"])


@recipe(CREATE_APP_KEY, Need.ACCOUNT)
def create_app_key(site: Site) -> Prepared:
    """A key of an app of the run."""
    return Prepared({"displayName": site.name()}, site=site.apart)


@recipe(LIST_APP_KEYS, Need.ACCOUNT)
def list_app_keys(site: Site) -> Prepared:
    """The keys of an app of the run."""
    return Prepared(site=site.apart)


@recipe(GET_APP_KEY, Need.ACCOUNT)
def get_app_key(site: Site) -> Prepared:
    """A key of an app of the run."""
    return Prepared(site=site.apart, keyId=_new_key(site.apart))


@recipe(DELETE_APP_KEY, Need.ACCOUNT)
def delete_app_key(site: Site) -> Prepared:
    """A key of an app of the run."""
    return Prepared(site=site.apart, keyId=_new_key(site.apart))


@recipe(UPLOAD_ATTACHMENT)
def upload_attachment(site: Site) -> Prepared:
    """A text file."""
    return Prepared(params=PUBLIC, files={"source": FILE})


@recipe(DELETE_ATTACHMENT)
def delete_attachment(site: Site) -> Prepared:
    """The URL of a text file."""
    made = site.ok(UPLOAD_ATTACHMENT, params=PUBLIC, files={"source": FILE})
    return Prepared({"mediaUrl": made["attachment"]["mediaUrl"]})


def _new_key(site: Site) -> str:
    id: str = site.ok(CREATE_APP_KEY, {"displayName": site.name()})["key"]["id"]
    return id
