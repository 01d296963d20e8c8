# Generated from _generated/async_api/clients.py by tools/unasync.py. Do not edit.
"""The operations of the tag Clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    Client,
    ClientListResponse,
    ClientResponse,
    Empty,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.linking import (
    ClientCreateBody,
    ConfirmationBody,
    MailgunCriteriaBody,
    MessagebirdCriteriaBody,
    TargetBody,
    TwilioCriteriaBody,
    WhatsappCriteriaBody,
)
from heliograph.wire.paging import Page


class ClientsApi(Api):
    """The operations of the tag Clients."""

    def create_client(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: ClientCreateBody | Mapping[str, Any] | None = None,
        *,
        match_criteria: MailgunCriteriaBody
        | MessagebirdCriteriaBody
        | TwilioCriteriaBody
        | WhatsappCriteriaBody
        | Mapping[str, Any]
        | None = None,
        confirmation: ConfirmationBody | Mapping[str, Any] | None = None,
        target: TargetBody | Mapping[str, Any] | None = None,
        brand_id: str | None = None,
    ) -> ClientResponse:
        """Links a third-party channel to a user. The client is pending until the channel finds the user.

        `POST /v2/apps/{appId}/users/{userIdOrExternalId}/clients`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            ConversationNotFound: The conversation does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateClient"],
                (app_id, user_id_or_external_id),
                body,
                {"match_criteria": match_criteria, "confirmation": confirmation, "target": target},
                query={"brandId": brand_id},
            ),
            ClientResponse,
        )

    def list_clients(
        self,
        app_id: str,
        user_id_or_external_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        brand_id: str | None = None,
    ) -> ClientListResponse:
        """Lists the clients of a user, oldest first.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}/clients`. Scopes: integration, app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListClients"], (app_id, user_id_or_external_id), page=page, query={"brandId": brand_id}),
            ClientListResponse,
        )

    def iter_clients(
        self,
        app_id: str,
        user_id_or_external_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        brand_id: str | None = None,
        backwards: bool = False,
    ) -> Records[ClientListResponse, Client]:
        """Iterates over the records of `list_clients`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_clients`, during iteration.
        """

        def fetch(current: Page) -> ClientListResponse:
            return self.list_clients(app_id, user_id_or_external_id, page=current, brand_id=brand_id)

        return Records(
            fetch, lambda response: response.clients, "ListClients", paging.first_page(page, backwards=backwards)
        )

    def remove_client(
        self, app_id: str, user_id_or_external_id: str, client_id: str, *, brand_id: str | None = None
    ) -> Empty:
        """Removes a client and ends its associations with conversations. The SDK client cannot be removed.

        `DELETE /v2/apps/{appId}/users/{userIdOrExternalId}/clients/{clientId}`. Scopes: integration, app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            UserNotFound: The user does not exist in this app.
            ClientNotFound: The user does not have this client.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["RemoveClient"], (app_id, user_id_or_external_id, client_id), query={"brandId": brand_id}),
            Empty,
        )
