"""Rules about credentials."""

from __future__ import annotations

import time
from typing import Literal

from heliograph.client.auth import JwtAuth
from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, eventually, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.v2.apps import GET_APP
from heliograph.wire.table.v2.integrations import DELETE_CUSTOM_INTEGRATION_KEY, LIST_CUSTOM_INTEGRATION_KEYS
from heliograph.wire.table.v2.users import GET_USER

AUTHENTICATION = RuleSource("section API Authentication")
WITHIN = 5.0
"""Seconds in which a removal takes effect: one, and what requests take on a busy machine."""


def jwt(site: Site, scope: Literal["app", "account", "integration"], age: float = 0.0) -> str:
    """The `Authorization` header of a JWT of the key, which is valid for an hour."""
    return JwtAuth(*site.key, scope).header(time.time() - age)


@rule(
    "credentials.1",
    "Missing and invalid credentials are 401, with WWW-Authenticate.",
    source=RuleSource("section Errors"),
)
def invalid_credentials(site: Site) -> None:
    id, _ = site.key
    unknown = ("Basic Og==", "Basic !", "Bearer x.y.z", "Digest x", f"Basic {id}")
    for auth in (None, *unknown):
        answer = site.call(GET_APP, auth=auth)
        answer.refused(401, "unauthorized", "Authorization is required")
        holds("Basic" in answer.headers.get("www-authenticate", ""), "WWW-Authenticate with Basic", answer.status)


@rule("credentials.2", "A revoked key stops working within a second.")
def revoked_keys(site: Site) -> None:
    own = {"integrationId": site.bare_integration()}
    auth = site.integration_key(own["integrationId"])
    site.ok(GET_USER, userIdOrExternalId=site.ada, auth=auth)
    (key,) = site.ok(LIST_CUSTOM_INTEGRATION_KEYS, **own)["keys"]
    site.ok(DELETE_CUSTOM_INTEGRATION_KEY, **own, keyId=key["id"])
    expected = "status 401 for a key that was deleted"
    eventually(lambda: site.call(GET_USER, userIdOrExternalId=site.ada, auth=auth).status == 401, expected, WITHIN)


@rule("credentials.3", "A JWT may have the scope of its key or a lower one, and expires.", source=AUTHENTICATION)
def json_web_tokens(site: Site) -> None:
    site.ok(GET_APP, auth=jwt(site, "app"))
    site.call(GET_APP, auth=jwt(site, "integration")).refused(403, "forbidden")
    site.ok(GET_USER, userIdOrExternalId=site.ada, auth=jwt(site, "integration"))
    site.call(GET_APP, auth=jwt(site, "account")).refused(401, "unauthorized")
    site.call(GET_APP, auth=jwt(site, "app", age=7200)).refused(401, "unauthorized")
    site.call(GET_APP, auth=jwt(site, "app")[:-3] + "abc").refused(401, "unauthorized")


@rule("credentials.4", "Another app is 403, whether or not it exists.")
def other_apps(site: Site) -> None:
    site.call(GET_APP, appId=MISSING).refused(403, "forbidden")
    site.call(GET_APP, appId="nonsense").refused(403, "forbidden")


@rule("credentials.4.other", "An existing app is 403 for the key of another app.", Need.ACCOUNT)
def existing_apps(site: Site) -> None:
    site.call(GET_APP, appId=site.apart.app_id).refused(403, "forbidden")


@rule("credentials.5", "With an account key an unknown app is 404.", Need.ACCOUNT, source=RuleSource(GET_APP.name))
def unknown_apps(site: Site) -> None:
    site.call(GET_APP, appId=MISSING, auth=site.account).refused(404, "app_not_found")


@rule("credentials.6", "An Authorization header over 16 kB is 401.")
def long_headers(site: Site) -> None:
    site.call(GET_APP, auth="Bearer " + "x" * 16_400).refused(401, "unauthorized")
