"""Serves the consent page of OAuth, where a person lets the integration of a partner into an app with a key of the app.

The form contains the key, so a cross-site request cannot grant more than its author could grant directly. Such requests
are refused anyway: otherwise a site could connect the account that its visitor has at a partner with an app of the
author of the site.
"""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from heliograph.domain import oauth
from heliograph.domain.oauth import Authorization
from heliograph.domain.tenants import Tenant
from heliograph.errors import AppNotFound, BadRequest, Forbidden, Unauthorized, UnsupportedMediaType
from heliograph.server.auth.authenticator import Authenticator
from heliograph.server.docs.consent_page import APP_ID, HEADERS, KEY_ID, SECRET, consent_page, refusal_page
from heliograph.server.http.bodies import is_form, read_form
from heliograph.server.http.exchange import exchange_of
from heliograph.server.http.urls import Urls
from heliograph.server.query import parse_query
from heliograph.storage.store import Store
from heliograph.wire.paths import NoPath
from heliograph.wire.table.v2.oauth import AUTHORIZE

CONSENT_PATH = "/oauth/consent"
_REQUIRED = {KEY_ID: "Enter the id of a key", SECRET: "Enter the secret of the key"}
_WRONG_KEY = {KEY_ID: "The key id or the secret is not valid"}
_LOW_KEY = {KEY_ID: "A key of an integration cannot let others in: enter a key of the app"}
_WRONG_APP = {APP_ID: "The key has no access to this app"}
_NO_APP = {APP_ID: "Enter the id of the app: the key is an account key"}
_DENIED = "The user denied access"
_OTHER_SITE = "The form was sent by another site"
_NO_DECISION = "decision should be allow or deny"
_NOT_A_FORM = "Content-Type must be application/x-www-form-urlencoded"


class FormErrors(Exception):
    """The form cannot be accepted: messages by field, and the status of the response."""

    def __init__(self, errors: dict[str, str], status: int) -> None:
        super().__init__()
        self.errors = errors
        self.status = status


def consent_route(store: Store, auth: Authenticator, urls: Urls) -> Route:
    """The route of the consent page and of its form."""

    async def serve(request: Request) -> Response:
        try:
            if request.method == "POST":
                _require_same_site(request, urls)
            query = parse_query(request.scope["query_string"])
            authorization = await oauth.authorization(store, query.plain, query.repeated)
            if not authorization.supported:
                return _redirect(authorization.unsupported())
            if request.method != "POST":
                return _page(authorization, {}, {}, 200)
            return await _decide(store, auth, authorization, request)
        except (BadRequest, Forbidden) as error:
            return HTMLResponse(refusal_page("; ".join(error.titles)), error.status, HEADERS)

    return Route(CONSENT_PATH, serve, methods=["GET", "POST"])


def _require_same_site(request: Request, urls: Urls) -> None:
    """Refuse a form that another site sent.

    Every current browser sends Sec-Fetch-Site, over https and to loopback addresses, and Origin with every form.

    Raises:
        Forbidden: another site sent it.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        allowed = origin is None or origin.partition("://")[2] in _names_of_server(request, urls)
    if not allowed:
        raise Forbidden(_OTHER_SITE)


def _names_of_server(request: Request, urls: Urls) -> tuple[str | None, str]:
    """The host and port by which the request reached the server, and those by which the browser knows it."""
    base = urls.base(exchange_of(request.scope))
    return request.headers.get("host"), urlsplit(base).netloc


async def _decide(store: Store, auth: Authenticator, authorization: Authorization, request: Request) -> Response:
    exchange = exchange_of(request.scope)
    if not is_form(exchange.headers):
        raise UnsupportedMediaType(_NOT_A_FORM)
    form = await read_form(exchange)
    if form.get("decision") == "deny":
        return _redirect(authorization.refused("access_denied", _DENIED))
    if form.get("decision") != "allow":
        raise BadRequest(_NO_DECISION)
    try:
        app_id = await _chosen_app(auth, form)
        return _redirect(await _grant(store, authorization, app_id))
    except FormErrors as refused:
        return _page(authorization, form, refused.errors, refused.status)


async def _chosen_app(auth: Authenticator, form: dict[str, str]) -> str:
    """The app of the key in the form, or, with an account key, the app that the form names."""
    if missing := {name: message for name, message in _REQUIRED.items() if not form.get(name)}:
        raise FormErrors(missing, 400)
    tenant = await _tenant(auth, form[KEY_ID], form[SECRET])
    app_id = form.get(APP_ID)
    if tenant is None:
        if not app_id:
            raise FormErrors(_NO_APP, 400)
        return app_id
    if app_id and app_id != tenant.app_id:
        raise FormErrors(_WRONG_APP, 403)
    return tenant.app_id


async def _tenant(auth: Authenticator, key_id: str, secret: str) -> Tenant | None:
    """The app of the key; None for an account key. The key must have access to Authorize."""
    credential = b"Basic " + base64.b64encode(f"{key_id}:{secret}".encode())
    try:
        caller = await auth.caller(credential)
        return await auth.authorize(caller, AUTHORIZE, NoPath())
    except Unauthorized:
        # Not 401, which would make the browser ask for a password.
        raise FormErrors(_WRONG_KEY, 403) from None
    except Forbidden:
        raise FormErrors(_LOW_KEY, 403) from None


async def _grant(store: Store, authorization: Authorization, app_id: str) -> str:
    try:
        return await oauth.grant(store, authorization, app_id)
    except AppNotFound:
        raise FormErrors(_WRONG_APP, 403) from None


def _page(authorization: Authorization, given: dict[str, str], errors: dict[str, str], status: int) -> Response:
    content = consent_page(
        name=authorization.client.display_name,
        client_id=authorization.client.id,
        redirect_uri=authorization.redirect_uri,
        given=given,
        errors=errors,
    )
    return HTMLResponse(content, status, HEADERS)


def _redirect(url: str) -> Response:
    return Response(status_code=302, headers={**HEADERS, "location": url})
