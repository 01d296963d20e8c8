"""OAuth: how an integration gets a token for somebody's app."""

from __future__ import annotations

from heliograph.wire.apps import AppWithSubdomainResponse, Empty
from heliograph.wire.formats import NO_BODY, REDIRECT, Json
from heliograph.wire.oauth import TokenBody, TokenResponse
from heliograph.wire.operations import Operation, PathTemplate, operations_in
from heliograph.wire.paths import I, NoPath

# fmt: off
GET_TOKEN_INFO = Operation(
    "GetTokenInfo", "GET", PathTemplate("/v2/tokenInfo", NoPath), "OAuth", I,
    "Fetches the app that a token is for.",
    body=NO_BODY, response=Json(AppWithSubdomainResponse), offered=False,
)
AUTHORIZE = Operation(
    "Authorize", "GET", PathTemplate("/oauth/authorize", NoPath), "OAuth", I,
    "Asks whoever sits at the browser to let the integration in, and sends the browser back with a code.",
    body=NO_BODY, response=REDIRECT, status=302, query=("client_id", "response_type", "state", "redirect_uri"),
    required=("client_id", "response_type"), offered=False,
)
GET_TOKEN = Operation(
    "GetToken", "POST", PathTemplate("/oauth/token", NoPath), "OAuth", I,
    "Exchanges a code for a token.",
    body=Json(TokenBody), response=Json(TokenResponse), offered=False,
)
REVOKE_ACCESS = Operation(
    "RevokeAccess", "DELETE", PathTemplate("/oauth/authorization", NoPath), "OAuth", I,
    "Gives up the integration's access to the app, with its webhooks. The token is of no more use.",
    body=NO_BODY, response=Json(Empty), offered=False,
)
# fmt: on

OPERATIONS = operations_in(vars())
