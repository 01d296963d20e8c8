"""OAuth: how an integration gets a token for an app."""

from __future__ import annotations

from heliograph.wire.apps import AppWithSubdomainResponse, Empty
from heliograph.wire.formats import NO_BODY, REDIRECT, Json
from heliograph.wire.oauth import TokenBody, TokenResponse
from heliograph.wire.operations import Operation, PathTemplate, operations_in
from heliograph.wire.paths import I, NoPath

# fmt: off
GET_TOKEN_INFO = Operation(
    "GetTokenInfo", "GET", PathTemplate("/v2/tokenInfo", NoPath), "OAuth", I,
    "Fetches the app of a token.",
    body=NO_BODY, response=Json(AppWithSubdomainResponse), offered=False,
)
AUTHORIZE = Operation(
    "Authorize", "GET", PathTemplate("/oauth/authorize", NoPath), "OAuth", I,
    "Asks the user of a browser to authorize an integration, and redirects the browser with a code.",
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
    "Revokes the access of an integration to the app, with its webhooks. The token stops working.",
    body=NO_BODY, response=Json(Empty), offered=False,
)
# fmt: on

OPERATIONS = operations_in(vars())
