# Generated from _generated/async_api/switchboard_actions.py by tools/unasync.py. Do not edit.
"""The operations of the tag Switchboard Actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import Empty
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.switchboards import AcceptControlBody, OfferControlBody, PassControlBody, ReleaseControlBody


class SwitchboardActionsApi(Api):
    """The operations of the tag Switchboard Actions."""

    def pass_control(
        self,
        app_id: str,
        conversation_id: str,
        body: PassControlBody | Mapping[str, Any] | None = None,
        *,
        switchboard_integration: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Passes control of a conversation to a switchboard integration.

        `POST /v2/apps/{appId}/conversations/{conversationId}/passControl`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["PassControl"],
                (app_id, conversation_id),
                body,
                {"switchboard_integration": switchboard_integration, "metadata": metadata},
            ),
            Empty,
        )

    def release_control(
        self,
        app_id: str,
        conversation_id: str,
        body: ReleaseControlBody | Mapping[str, Any] | None = None,
        *,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Releases control of a conversation, so that no integration has it. An integration must have control to do so.

        `POST /v2/apps/{appId}/conversations/{conversationId}/releaseControl`. Scopes: integration, app, account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ReleaseControl"], (app_id, conversation_id), body, {"metadata": metadata}), Empty
        )

    def offer_control(
        self,
        app_id: str,
        conversation_id: str,
        body: OfferControlBody | Mapping[str, Any] | None = None,
        *,
        switchboard_integration: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Offers control of a conversation to a switchboard integration. This replaces an earlier offer.

        `POST /v2/apps/{appId}/conversations/{conversationId}/offerControl`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["OfferControl"],
                (app_id, conversation_id),
                body,
                {"switchboard_integration": switchboard_integration, "metadata": metadata},
            ),
            Empty,
        )

    def accept_control(
        self,
        app_id: str,
        conversation_id: str,
        body: AcceptControlBody | Mapping[str, Any] | None = None,
        *,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Accepts an offer of control. An integration can accept only an offer to itself.

        `POST /v2/apps/{appId}/conversations/{conversationId}/acceptControl`. Scopes: integration, app, account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["AcceptControl"], (app_id, conversation_id), body, {"metadata": metadata}), Empty
        )
