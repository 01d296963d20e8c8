"""OAuth: how an integration gets a token for an app."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import AppWithSubdomainResponse, Empty
from heliograph.wire.formats import NO_BODY, REDIRECT, Json, JsonOrForm
from heliograph.wire.oauth import TokenBody, TokenResponse
from heliograph.wire.operations import Credential, Operation, PathTemplate, operations_in
from heliograph.wire.paths import A, I, NoPath

# fmt: off
GET_TOKEN_INFO = Operation(
    "GetTokenInfo", "GET", PathTemplate("/v2/tokenInfo", NoPath), "OAuth", I,
    "Fetches the app of a token or a key.",
    body=NO_BODY, response=Json(AppWithSubdomainResponse), aliases=("/v2/tokeninfo",),
)
AUTHORIZE = Operation(
    "Authorize", "GET", PathTemplate("/oauth/authorize", NoPath), "OAuth", A,
    "Asks the user of a browser to authorize an integration, and redirects the browser with a code. With a credential, "
    "it redirects with a code immediately.",
    body=NO_BODY, response=REDIRECT, status=302, query=("client_id", "response_type", "state", "redirect_uri"),
    required=("client_id", "response_type"), errors=(errors.BadRequest, errors.AppNotFound),
    credential=Credential.OPTIONAL,
)
GET_TOKEN = Operation(
    "GetToken", "POST", PathTemplate("/oauth/token", NoPath), "OAuth", I,
    "Exchanges a code for a token.",
    body=JsonOrForm(TokenBody, invalid=errors.InvalidTokenRequest), response=Json(TokenResponse),
    errors=(errors.InvalidClient, errors.InvalidTokenRequest, errors.UnsupportedGrantType, errors.InvalidGrant),
    credential=Credential.IGNORED, reveals_secrets=("access_token",),
)
REVOKE_ACCESS = Operation(
    "RevokeAccess", "DELETE", PathTemplate("/oauth/authorization", NoPath), "OAuth", I,
    "Revokes the access of an integration to the app, with its webhooks. The token stops working.",
    body=NO_BODY, response=Json(Empty),
)
# fmt: on

OPERATIONS = operations_in(vars())
