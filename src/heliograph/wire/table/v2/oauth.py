"""OAuth: how an integration gets a token for somebody's app."""

from __future__ import annotations

from heliograph.wire.apps import AppWithSubdomainResponse, Empty
from heliograph.wire.oauth import TokenBody, TokenResponse
from heliograph.wire.operations import Operation
from heliograph.wire.table.v2.paths import I

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GetTokenInfo", "GET", "/v2/tokenInfo", "OAuth", I, AppWithSubdomainResponse,
        "Fetches the app that a token is for.",
        offered=False,
    ),
    Operation(
        "Authorize", "GET", "/oauth/authorize", "OAuth", I, None,
        "Asks whoever sits at the browser to let the integration in, and sends the browser back with a code.",
        status=302, query=("client_id", "response_type", "state", "redirect_uri"),
        required=("client_id", "response_type"), offered=False,
    ),
    Operation(
        "GetToken", "POST", "/oauth/token", "OAuth", I, TokenResponse,
        "Exchanges a code for a token.",
        body=TokenBody, offered=False,
    ),
    Operation(
        "RevokeAccess", "DELETE", "/oauth/authorization", "OAuth", I, Empty,
        "Gives up the integration's access to the app, with its webhooks. The token is of no more use.",
        offered=False,
    ),
)
