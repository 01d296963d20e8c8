"""Rules about OAuth. They need an account key, and the calls of Heliograph to create an OAuth client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import rule
from heliograph.conformance.checks.credentials import WITHIN
from heliograph.conformance.outcomes import Need, equal, eventually, holds
from heliograph.conformance.partners import CALLBACK, OTHER_CALLBACK, Partner, redirected
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.table.extensions.oauth import CREATE_OAUTH_CLIENT, LIST_OAUTH_CLIENTS
from heliograph.wire.table.v2.integrations import CREATE_WEBHOOK, DELETE_WEBHOOK, LIST_INTEGRATIONS
from heliograph.wire.table.v2.oauth import GET_TOKEN, GET_TOKEN_INFO, REVOKE_ACCESS
from heliograph.wire.table.v2.users import GET_USER

NEEDS = (Need.ACCOUNT, Need.EXTENSIONS)


def consent(partner: Partner, form: dict[str, str] | None = None, **headers: str) -> Answer:
    """The consent page, or the response to its form."""
    query = urlencode({"client_id": partner.client_id, "response_type": "code", "state": "s"})
    method = "GET" if form is None else "POST"
    return partner.site.send(method, f"/oauth/consent?{query}", auth=None, data=form, headers=headers)


def exchange(site: Site, body: Any, **given: Any) -> Answer:
    """Call GetToken."""
    return site.call(GET_TOKEN, body, auth=None, **given)


@rule("oauth.1", "OAuth clients have a unique id, and a secret that is shown once.", *NEEDS)
def oauth_clients(site: Site) -> None:
    partner = Partner(site, clientId=site.name())
    body = {"displayName": "Shop", "redirectUris": [CALLBACK]}
    site.call(CREATE_OAUTH_CLIENT, {**body, "clientId": partner.client_id}).refused(409, "conflict")
    site.call(CREATE_OAUTH_CLIENT, {**body, "clientId": "custom"}).refused(400, "bad_request")
    for uris in ([], [CALLBACK] * 2, ["ftp://shop.example"], [f"{CALLBACK}#x"], ["https://a@shop.example"]):
        site.call(CREATE_OAUTH_CLIENT, {**body, "redirectUris": uris}).refused(400, "bad_request")
    listed = site.ok(LIST_OAUTH_CLIENTS)["oauthClients"]
    own = [one for one in listed if one["clientId"] == partner.client_id]
    holds(len(own) == 1 and "clientSecret" not in own[0], "the client in the list, without its secret", len(own))


@rule("oauth.2", "Authorize compares redirect_uri exactly, and returns the state.", *NEEDS)
def redirect_uris(site: Site) -> None:
    partner = Partner(site)
    for uri in (CALLBACK, OTHER_CALLBACK):
        answer = partner.authorize(site.authorization, redirect_uri=uri, state="a b&c")
        holds(answer.headers.get("location", "").startswith(f"{uri}?"), f"a redirect to {uri}", answer.status)
        equal(redirected(answer)["state"], "a b&c", "state")
    partner.authorize(site.authorization, redirect_uri=f"{CALLBACK}/").refused(400, "bad_request")
    partner.authorize(site.authorization, client_id="conformance-unknown").refused(400, "bad_request")
    other = partner.authorize(site.authorization, response_type="token")
    equal(redirected(other).get("error"), "unsupported_response_type", "error")


@rule("oauth.3", "Authorize without a credential redirects to the consent page.", *NEEDS)
def without_a_credential(site: Site) -> None:
    partner = Partner(site)
    location = partner.authorize(None).expect(302).headers.get("location", "")
    holds("/oauth/consent?" in location, "a redirect to /oauth/consent", location)
    partner.authorize(site.account).refused(400, "bad_request")
    partner.authorize(site.account, app_id=MISSING).refused(404, "app_not_found")
    partner.authorize(site.bot_key).refused(403, "forbidden")


@rule("oauth.4", "The consent page cannot be framed, and takes no form of another site.", *NEEDS)
def consent_page(site: Site) -> None:
    partner = Partner(site)
    page = consent(partner).expect(200)
    holds("<script" not in page.text, "a page without scripts", page.text)
    equal(page.headers.get("x-frame-options"), "DENY", "X-Frame-Options")
    denied = redirected(consent(partner, {"decision": "deny"}))
    equal((denied.get("error"), denied.get("state")), ("access_denied", "s"), "error and state after Deny")
    consent(partner, {"decision": "deny"}, Origin="https://other.example").expect(403)
    key = dict(zip(("key_id", "key_secret"), site.key, strict=True))
    allowed = redirected(consent(partner, {**key, "decision": "allow"}))
    holds("code" in allowed, "a code after Allow", sorted(allowed))


@rule("oauth.5", "A code is valid once, and for its client.", *NEEDS)
def codes(site: Site) -> None:
    partner, other = Partner(site), Partner(site)
    exchange(site, other.exchange(partner.code())).refused(400, "invalid_grant")
    code = partner.code(redirect_uri=OTHER_CALLBACK)
    exchange(site, partner.exchange(code, redirect_uri=CALLBACK)).refused(400, "invalid_grant")
    code = partner.code()
    exchange(site, partner.exchange(code)).expect(200)
    exchange(site, partner.exchange(code)).refused(400, "invalid_grant")


@rule("oauth.6", "GetToken takes JSON or a form, and its errors are those of RFC 6749.", *NEEDS)
def errors_of_the_exchange(site: Site) -> None:
    partner = Partner(site)
    good = partner.exchange(partner.code())
    for changes, status, code in (
        ({"code": None, "client_id": "x"}, 400, "invalid_request"),
        ({"client_secret": "wrong", "grant_type": "x"}, 401, "invalid_client"),
        ({"grant_type": "x", "code": "x"}, 400, "unsupported_grant_type"),
        ({"code": "x"}, 400, "invalid_grant"),
    ):
        answer = exchange(site, {**good, **changes})
        answer.refused(status, code)
        equal(answer.json.get("error"), code, "error")
        equal(answer.headers.get("cache-control"), "no-store", "Cache-Control")
    equal(exchange(site, None, data=good).expect(200).json["token_type"], "Bearer", "token_type")


@rule("oauth.7", "Each exchange issues a token, and earlier ones remain valid.", *NEEDS)
def tokens(site: Site) -> None:
    partner = Partner(site)
    for token in (partner.token(), partner.token()):
        site.ok(GET_TOKEN_INFO, auth=f"Bearer {token}")
    listed = site.ok(LIST_INTEGRATIONS, params={"page[size]": "100"})["integrations"]
    holds(all(one["type"] != partner.client_id for one in listed), "no OAuth integration in the list", len(listed))


@rule("oauth.8", "A token has the scope integration, and may have webhooks of its own.", *NEEDS)
def scope_of_tokens(site: Site) -> None:
    auth = f"Bearer {Partner(site).token()}"
    site.call(LIST_INTEGRATIONS, auth=auth).refused(403, "forbidden")
    site.ok(GET_USER, userIdOrExternalId=site.ada, auth=auth)
    hook = {"target": "https://example.invalid/hook", "triggers": ["*"]}
    made = site.ok(CREATE_WEBHOOK, hook, integrationId="me", auth=auth)["webhook"]
    site.ok(DELETE_WEBHOOK, integrationId="me", webhookId=made["id"], auth=auth)


@rule("oauth.9", "GetTokenInfo shows the app of a token or a key.", Need.ACCOUNT)
def token_info(site: Site) -> None:
    equal(site.ok(GET_TOKEN_INFO)["app"]["id"], site.app_id, "the id of the app")
    equal(site.send("GET", "/v2/tokeninfo").expect(200).json["app"]["id"], site.app_id, "the id at /v2/tokeninfo")
    site.call(GET_TOKEN_INFO, auth=site.account).refused(403, "forbidden")


@rule("oauth.10", "RevokeAccess ends the access of the token; any other credential is 403.", *NEEDS)
def revoked_access(site: Site) -> None:
    token = f"Bearer {Partner(site).token()}"
    for auth in (site.authorization, site.bot_key, site.account):
        site.call(REVOKE_ACCESS, auth=auth).refused(403, "forbidden")
    site.ok(REVOKE_ACCESS, auth=token)
    eventually(lambda: site.call(GET_TOKEN_INFO, auth=token).status == 401, "status 401 for the token", WITHIN)


@rule("oauth.11", "After RevokeAccess the removeUrl of the client is called.", *NEEDS, Need.WEBHOOK)
def removal_calls(site: Site) -> None:
    receiver = site.run.receiver
    inbox = receiver.inbox() if receiver else site.inbox()
    partner = Partner(site, removeUrl=inbox.url)
    site.ok(REVOKE_ACCESS, auth=f"Bearer {partner.token()}")
    holds(inbox.until(lambda: bool(inbox.calls)), "a call of removeUrl", "none")
    holds(site.app_id.encode() in inbox.calls[0].content, "the id of the app", inbox.calls[0].content)
