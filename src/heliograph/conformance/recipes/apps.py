"""Recipes for apps, their keys, and attachments."""

from __future__ import annotations

from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes.recipe import Prepared, recipe
from heliograph.conformance.site import Site

FILE = ("lamp.txt", b"light", "text/plain")
PUBLIC = {"access": "public"}


@recipe("CreateApp", Need.ACCOUNT)
def create_app(site: Site) -> Prepared:
    """A new app."""
    return Prepared({"displayName": site.name()})


@recipe("ListApps", Need.ACCOUNT)
def list_apps(site: Site) -> Prepared:
    """The apps of the account."""
    return Prepared()


@recipe("GetApp")
def get_app(site: Site) -> Prepared:
    """The app of the key."""
    return Prepared()


@recipe("UpdateApp", Need.ACCOUNT)
def update_app(site: Site) -> Prepared:
    """A new name for an app of the run."""
    return Prepared({"displayName": site.name()}, site=site.apart)


@recipe("DeleteApp", Need.ACCOUNT)
def delete_app(site: Site) -> Prepared:
    """An app of the run."""
    return Prepared(appId=site.ok("CreateApp", {"displayName": site.name()})["app"]["id"])


@recipe("CreateAppKey", Need.ACCOUNT)
def create_app_key(site: Site) -> Prepared:
    """A key of an app of the run."""
    return Prepared({"displayName": site.name()}, site=site.apart)


@recipe("ListAppKeys", Need.ACCOUNT)
def list_app_keys(site: Site) -> Prepared:
    """The keys of an app of the run."""
    return Prepared(site=site.apart)


@recipe("GetAppKey", Need.ACCOUNT)
def get_app_key(site: Site) -> Prepared:
    """A key of an app of the run."""
    return Prepared(site=site.apart, keyId=_new_key(site.apart))


@recipe("DeleteAppKey", Need.ACCOUNT)
def delete_app_key(site: Site) -> Prepared:
    """A key of an app of the run."""
    return Prepared(site=site.apart, keyId=_new_key(site.apart))


@recipe("UploadAttachment")
def upload_attachment(site: Site) -> Prepared:
    """A text file."""
    return Prepared(params=PUBLIC, files={"source": FILE})


@recipe("DeleteAttachment")
def delete_attachment(site: Site) -> Prepared:
    """The URL of a text file."""
    made = site.ok("UploadAttachment", params=PUBLIC, files={"source": FILE})
    return Prepared({"mediaUrl": made["attachment"]["mediaUrl"]})


def _new_key(site: Site) -> str:
    id: str = site.ok("CreateAppKey", {"displayName": site.name()})["key"]["id"]
    return id
