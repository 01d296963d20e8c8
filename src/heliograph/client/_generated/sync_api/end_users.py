# Generated from _generated/async_api/end_users.py by tools/unasync.py. Do not edit.
"""The operations of the tag End users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from heliograph.client import paging
from heliograph.client._generated.models import (
    ClientResponse,
    ConversationResponse,
    DeviceResponse,
    Empty,
    InboundResponse,
    Outbound,
    OutboundListResponse,
    SupportUserResponse,
    UserResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.devices import DeviceBody
from heliograph.wire.inbound import (
    BeginConversationBody,
    ControlBody,
    ExternalMessageBody,
    InboundBody,
    MessageAct,
    MessageOutcomeBody,
    OutcomeDestination,
    OutcomeError,
    PostbackAct,
    ReadAct,
    ReferralAct,
    ReferralBody,
    TypingStartAct,
    TypingStopAct,
)
from heliograph.wire.linking import ClientOutcomeBody, ProblemBody
from heliograph.wire.paging import Page
from heliograph.wire.support_users import SupportUserBody
from heliograph.wire.users import LoginBody


class EndUsersApi(Api):
    """The operations of the tag End users."""

    def register_device(
        self,
        app_id: str,
        user_id_or_external_id: str,
        guid: str,
        body: DeviceBody | Mapping[str, Any] | None = None,
        *,
        type: Literal["android", "ios", "web"] | None = None,
        integration_id: str | None = None,
        info: Mapping[str, Any] | None = None,
        push_notification_token: str | None = None,
        app_version: str | None = None,
        status: Literal["active", "inactive"] | None = None,
        brand_id: str | None = None,
    ) -> DeviceResponse:
        """Registers a device of a user, or refreshes it, as an SDK would do. Creates the SDK client of the user if
        needed.

        `PUT /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/devices/{guid}`. Scopes: app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["RegisterDevice"],
                (app_id, user_id_or_external_id, guid),
                body,
                {
                    "type": type,
                    "integration_id": integration_id,
                    "info": info,
                    "push_notification_token": push_notification_token,
                    "app_version": app_version,
                    "status": status,
                },
                query={"brandId": brand_id},
            ),
            DeviceResponse,
        )

    def begin_conversation(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: BeginConversationBody | Mapping[str, Any] | None = None,
        *,
        reason: Literal["linkRequest", "message", "prechatCapture", "proactiveMessaging", "startConversation"]
        | None = None,
        device_id: str | None = None,
        client_id: str | None = None,
        referral: ReferralBody | Mapping[str, Any] | None = None,
        brand_id: str | None = None,
    ) -> ConversationResponse:
        """Begins a personal conversation, as a user would do on a device or on a channel.

        `POST /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/conversations`. Scopes: app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            DeviceNotFound: The user does not have this device.
            ClientNotFound: The user does not have this client.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["BeginConversation"],
                (app_id, user_id_or_external_id),
                body,
                {"reason": reason, "device_id": device_id, "client_id": client_id, "referral": referral},
                query={"brandId": brand_id},
            ),
            ConversationResponse,
        )

    def post_inbound(
        self,
        app_id: str,
        conversation_id: str,
        body: InboundBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        act: MessageAct
        | PostbackAct
        | TypingStartAct
        | TypingStopAct
        | ReadAct
        | ReferralAct
        | Mapping[str, Any]
        | None = None,
        device_id: str | None = None,
        client_id: str | None = None,
    ) -> InboundResponse:
        """Does what a participant does on a device or on a channel: sends a message or the response to a form, presses
        a button, types, reads, or comes by a link.

        `POST /heliograph/v1/apps/{appId}/conversations/{conversationId}/inbound`. Scopes: app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            DeviceNotFound: The user does not have this device.
            ClientNotFound: The user does not have this client.
            MessageNotFound: The message does not exist in this conversation.
            Conflict: The resource already exists, or its state does not allow the request.
            Locked: The conversation accepts no more messages until some are deleted.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["PostInbound"],
                (app_id, conversation_id),
                body,
                {"user_id": user_id, "act": act, "device_id": device_id, "client_id": client_id},
            ),
            InboundResponse,
        )

    def report_message_outcome(
        self,
        app_id: str,
        conversation_id: str,
        message_id: str,
        body: MessageOutcomeBody | Mapping[str, Any] | None = None,
        *,
        outcome: Literal["channel", "failure", "user"] | None = None,
        destination: OutcomeDestination | Mapping[str, Any] | None = None,
        is_final_event: bool | None = None,
        external_messages: Sequence[ExternalMessageBody | Mapping[str, Any]] | None = None,
        error: OutcomeError | Mapping[str, Any] | None = None,
    ) -> Empty:
        """Reports what became of a message of the business, as a channel would do.

        `POST /heliograph/v1/apps/{appId}/conversations/{conversationId}/messages/{messageId}/outcome`. Scopes: app,
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            MessageNotFound: The message does not exist in this conversation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ReportMessageOutcome"],
                (app_id, conversation_id, message_id),
                body,
                {
                    "outcome": outcome,
                    "destination": destination,
                    "is_final_event": is_final_event,
                    "external_messages": external_messages,
                    "error": error,
                },
            ),
            Empty,
        )

    def change_control(
        self,
        app_id: str,
        conversation_id: str,
        body: ControlBody | Mapping[str, Any] | None = None,
        *,
        action: Literal["pass", "release"] | None = None,
        switchboard_integration: str | None = None,
        reason: Literal["ticketClosed", "transferToEmail"] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Empty:
        """Passes or releases control of a conversation with a reason, which the operations of the API cannot give.

        `POST /heliograph/v1/apps/{appId}/conversations/{conversationId}/control`. Scopes: app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ChangeControl"],
                (app_id, conversation_id),
                body,
                {
                    "action": action,
                    "switchboard_integration": switchboard_integration,
                    "reason": reason,
                    "metadata": metadata,
                },
            ),
            Empty,
        )

    def set_client_outcome(
        self,
        app_id: str,
        user_id_or_external_id: str,
        client_id: str,
        body: ClientOutcomeBody | Mapping[str, Any] | None = None,
        *,
        outcome: Literal["blocked", "cancelled", "confirmed", "failed", "matched", "unblocked"] | None = None,
        error: ProblemBody | Mapping[str, Any] | None = None,
        brand_id: str | None = None,
    ) -> ClientResponse:
        """Acts as the channel of a client, or its user: completes a link request, or ends or resumes a subscription.
        Responds with the client after that, or with the client that was removed.

        `POST /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/clients/{clientId}/outcome`. Scopes: app,
        account.

        Raises:
            UserNotFound: The user does not exist in this app.
            ClientNotFound: The user does not have this client.
            Conflict: The resource already exists, or its state does not allow the request.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["SetClientOutcome"],
                (app_id, user_id_or_external_id, client_id),
                body,
                {"outcome": outcome, "error": error},
                query={"brandId": brand_id},
            ),
            ClientResponse,
        )

    def list_outbound(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        conversation_id: str | None = None,
        client_id: str | None = None,
    ) -> OutboundListResponse:
        """Lists what third-party channels would have been sent, oldest first. This server sends nothing to such a
        channel.

        `GET /heliograph/v1/apps/{appId}/outbound`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListOutbound"],
                (app_id,),
                filters=filter,
                filter_fields={"conversation_id": conversation_id, "client_id": client_id},
                page=page,
            ),
            OutboundListResponse,
        )

    def iter_outbound(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        conversation_id: str | None = None,
        client_id: str | None = None,
        backwards: bool = False,
    ) -> Records[OutboundListResponse, Outbound]:
        """Iterates over the records of `list_outbound`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_outbound`, during iteration.
        """

        def fetch(current: Page) -> OutboundListResponse:
            return self.list_outbound(
                app_id, filter=filter, page=current, conversation_id=conversation_id, client_id=client_id
            )

        return Records(
            fetch, lambda response: response.outbound, "ListOutbound", paging.first_page(page, backwards=backwards)
        )

    def login_user(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: LoginBody | Mapping[str, Any] | None = None,
        *,
        external_id: str | None = None,
        email: str | None = None,
        zendesk_id: str | None = None,
        given_name: str | None = None,
        surname: str | None = None,
        integration_id: str | None = None,
        brand_id: str | None = None,
    ) -> UserResponse:
        """Authenticates a user, as a login in an SDK does. If another user has the external id or the Zendesk id, this
        user is merged into that one.

        `POST /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/login`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            UserNotFound: The user does not exist in this app.
            IntegrationNotFound: The integration does not exist in this app.
            Conflict: The resource already exists, or its state does not allow the request.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["LoginUser"],
                (app_id, user_id_or_external_id),
                body,
                {
                    "external_id": external_id,
                    "email": email,
                    "zendesk_id": zendesk_id,
                    "given_name": given_name,
                    "surname": surname,
                    "integration_id": integration_id,
                },
                query={"brandId": brand_id},
            ),
            UserResponse,
        )

    def put_support_user(
        self,
        app_id: str,
        zendesk_id: str,
        body: SupportUserBody | Mapping[str, Any] | None = None,
        *,
        external_id: str | None = None,
        email: str | None = None,
        given_name: str | None = None,
        surname: str | None = None,
        brand_id: str | None = None,
    ) -> SupportUserResponse:
        """Stores what Zendesk Support would report about a user to SyncUser.

        `PUT /heliograph/v1/apps/{appId}/supportUsers/{zendeskId}`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["PutSupportUser"],
                (app_id, zendesk_id),
                body,
                {
                    "external_id": external_id,
                    "email": email,
                    "given_name": given_name,
                    "surname": surname,
                    "brand_id": brand_id,
                },
            ),
            SupportUserResponse,
        )

    def get_support_user(self, app_id: str, zendesk_id: str) -> SupportUserResponse:
        """Fetches a Support user.

        `GET /heliograph/v1/apps/{appId}/supportUsers/{zendeskId}`. Scopes: app, account.

        Raises:
            SupportUserNotFound: The Support user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetSupportUser"], (app_id, zendesk_id)), SupportUserResponse)

    def delete_support_user(self, app_id: str, zendesk_id: str) -> Empty:
        """Deletes a Support user. The user that is linked to it stays as it is.

        `DELETE /heliograph/v1/apps/{appId}/supportUsers/{zendeskId}`. Scopes: app, account.

        Raises:
            SupportUserNotFound: The Support user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteSupportUser"], (app_id, zendesk_id)), Empty)
