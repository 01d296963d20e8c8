"""OAuth: authorizes integrations, issues tokens, and revokes access."""

from __future__ import annotations

from urllib.parse import urlencode

from heliograph.domain import oauth
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.server.auth.refusals import AccessDenied, Reason
from heliograph.server.consent import CONSENT_PATH
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import AppWithSubdomainResponse, Empty
from heliograph.wire.oauth import TokenBody, TokenResponse
from heliograph.wire.paths import NoPath
from heliograph.wire.table.v2.oauth import AUTHORIZE, GET_TOKEN, GET_TOKEN_INFO, REVOKE_ACCESS

_NO_APP = "app_id is required with an account key"


@handles(GET_TOKEN_INFO)
async def get_token_info(request: Request[NoPath, None]) -> AppWithSubdomainResponse:
    app = await oauth.token_info(request.store, _tenant(request), request.settings.subdomain)
    return AppWithSubdomainResponse(app=app)


@handles(AUTHORIZE)
async def authorize(request: Request[NoPath, None]) -> str:
    given = request.query.plain
    authorization = await oauth.authorization(request.store, given, request.query.repeated)
    if not authorization.supported:
        return authorization.unsupported()
    if request.known_caller is None:
        asked = {name: given[name] for name in oauth.PARAMETERS if name in given}
        return f"{request.base_url}{CONSENT_PATH}?{urlencode(asked)}"
    return await oauth.grant(request.store, authorization, _chosen_app(request, given.get("app_id")))


@handles(GET_TOKEN)
async def get_token(request: Request[NoPath, TokenBody]) -> TokenResponse:
    request.response_headers["cache-control"] = "no-store"
    return await oauth.exchange(request.store, request.body)


@handles(REVOKE_ACCESS)
async def revoke_access(request: Request[NoPath, None]) -> Empty:
    await oauth.revoke(request.store, _tenant(request))
    request.after_removal()
    return Empty()


def _tenant(request: Request[NoPath, None]) -> Tenant:
    """The app of the credential."""
    if request.app_tenant is None:
        raise AccessDenied(Reason.NOT_OF_AN_APP, key_id=request.caller.key_id)
    return request.app_tenant


def _chosen_app(request: Request[NoPath, None], app_id: str | None) -> str:
    """The app that the integration gets access to: the app of the key or, with an account key, `app_id`."""
    if request.app_tenant is None:
        if app_id is None:
            raise BadRequest(_NO_APP)
        return app_id
    if app_id not in (None, request.app_tenant.app_id):
        raise AccessDenied(Reason.WRONG_APP, key_id=request.caller.key_id)
    return request.app_tenant.app_id
