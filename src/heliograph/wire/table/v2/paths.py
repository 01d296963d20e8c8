"""The paths that several rows begin with, and the scopes by the letters of the API document's table of them."""

from __future__ import annotations

from heliograph.wire.operations import Scope

APPS = "/v2/apps"
APP = f"{APPS}/{{appId}}"
CONVERSATION = f"{APP}/conversations/{{conversationId}}"
INTEGRATION = f"{APP}/integrations/{{integrationId}}"
SWITCHBOARD = f"{APP}/switchboards/{{switchboardId}}"
USER = f"{APP}/users/{{userIdOrExternalId}}"

I, A, C = Scope.INTEGRATION, Scope.APP, Scope.ACCOUNT  # noqa: E741
