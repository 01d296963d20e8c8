"""OAuth clients."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.oauth import OAuthClientCreateBody, OAuthClientListResponse, OAuthClientResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import (
    OAUTH_CLIENT,
    OAUTH_CLIENTS,
    C,
)

# fmt: off
CREATE_OAUTH_CLIENT = Operation(
    "CreateOAuthClient", "POST", OAUTH_CLIENTS, "OAuth Clients", C,
    "Creates an OAuth client, whose integration can then be let into apps. The secret is shown only in this response.",
    body=Json(OAuthClientCreateBody), response=Json(OAuthClientResponse), status=201,
    errors=(errors.OAuthClientAlreadyExists,), reveals_secrets=("clientsecret",),
)
LIST_OAUTH_CLIENTS = Operation(
    "ListOAuthClients", "GET", OAUTH_CLIENTS, "OAuth Clients", C,
    "Lists the OAuth clients, oldest first, without their secrets.",
    body=NO_BODY, response=Json(OAuthClientListResponse),
)
DELETE_OAUTH_CLIENT = Operation(
    "DeleteOAuthClient", "DELETE", OAUTH_CLIENT, "OAuth Clients", C,
    "Deletes an OAuth client with its integrations in all apps. Their tokens stop working.",
    body=NO_BODY, response=Json(Empty), errors=(errors.OAuthClientNotFound,),
)
# fmt: on

OPERATIONS = operations_in(vars())
