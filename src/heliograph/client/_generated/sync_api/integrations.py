# Generated from _generated/async_api/integrations.py by tools/unasync.py. Do not edit.
"""The operations of the tag Integrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from heliograph.client import paging
from heliograph.client._generated.models import (
    AndroidIntegration,
    AppleIntegration,
    CustomIntegration,
    Empty,
    InstagramIntegration,
    IntegrationListResponse,
    IntegrationResponse,
    IosIntegration,
    LineIntegration,
    MailgunIntegration,
    MessagebirdIntegration,
    MessengerIntegration,
    TelegramIntegration,
    TwilioIntegration,
    TwitterIntegration,
    UnityIntegration,
    ViberIntegration,
    WebIntegration,
    WhatsappIntegration,
)
from heliograph.client.model import UnknownKind
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.channels import (
    AppleIntegrationBody,
    InstagramIntegrationBody,
    LineIntegrationBody,
    MailgunIntegrationBody,
    MessagebirdIntegrationBody,
    MessengerIntegrationBody,
    TelegramIntegrationBody,
    TwilioIntegrationBody,
    TwitterIntegrationBody,
    ViberIntegrationBody,
    WhatsappIntegrationBody,
)
from heliograph.wire.integrations import CustomIntegrationBody, IntegrationUpdateBody
from heliograph.wire.paging import Page
from heliograph.wire.sdks import (
    AndroidIntegrationBody,
    IosIntegrationBody,
    PrechatCaptureBody,
    UnityIntegrationBody,
    WebIntegrationBody,
)


class IntegrationsApi(Api):
    """The operations of the tag Integrations."""

    def create_integration(
        self,
        app_id: str,
        body: AndroidIntegrationBody
        | AppleIntegrationBody
        | CustomIntegrationBody
        | InstagramIntegrationBody
        | IosIntegrationBody
        | LineIntegrationBody
        | MailgunIntegrationBody
        | MessagebirdIntegrationBody
        | MessengerIntegrationBody
        | TelegramIntegrationBody
        | TwilioIntegrationBody
        | TwitterIntegrationBody
        | UnityIntegrationBody
        | ViberIntegrationBody
        | WebIntegrationBody
        | WhatsappIntegrationBody
        | Mapping[str, Any]
        | None = None,
    ) -> IntegrationResponse:
        """Creates an integration. A custom integration is created with its webhook.

        `POST /v2/apps/{appId}/integrations`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["CreateIntegration"], (app_id,), body), IntegrationResponse)

    def list_integrations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        types: str | None = None,
    ) -> IntegrationListResponse:
        """Lists the integrations of an app, oldest first. `filter[types]` is a comma-separated list of types to
        include.

        `GET /v2/apps/{appId}/integrations`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListIntegrations"], (app_id,), filters=filter, filter_fields={"types": types}, page=page),
            IntegrationListResponse,
        )

    def iter_integrations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        types: str | None = None,
        backwards: bool = False,
    ) -> Records[
        IntegrationListResponse,
        AndroidIntegration
        | AppleIntegration
        | CustomIntegration
        | InstagramIntegration
        | IosIntegration
        | LineIntegration
        | MailgunIntegration
        | MessagebirdIntegration
        | MessengerIntegration
        | TelegramIntegration
        | TwilioIntegration
        | TwitterIntegration
        | UnityIntegration
        | ViberIntegration
        | WebIntegration
        | WhatsappIntegration
        | UnknownKind,
    ]:
        """Iterates over the records of `list_integrations`, page by page, with the size of `page` and from its cursor,
        if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_integrations`, during iteration.
        """

        def fetch(current: Page) -> IntegrationListResponse:
            return self.list_integrations(app_id, filter=filter, page=current, types=types)

        return Records(
            fetch,
            lambda response: response.integrations,
            "ListIntegrations",
            paging.first_page(page, backwards=backwards),
        )

    def get_integration(self, app_id: str, integration_id: str) -> IntegrationResponse:
        """Fetches an integration.

        `GET /v2/apps/{appId}/integrations/{integrationId}`. Scopes: app, account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetIntegration"], (app_id, integration_id)), IntegrationResponse)

    def update_integration(
        self,
        app_id: str,
        integration_id: str,
        body: IntegrationUpdateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        default_responder_id: str | None = None,
        show_ai_disclaimer: bool | None = None,
        can_user_see_conversation_list: bool | None = None,
        can_user_create_more_conversations: bool | None = None,
        project_id: str | None = None,
        client_email: str | None = None,
        private_key: str | None = None,
        server_key: str | None = None,
        sender_id: str | None = None,
        certificate: str | None = None,
        password: str | None = None,
        production: bool | None = None,
        auto_update_badge: bool | None = None,
        authentication_message_secret: str | None = None,
        page_access_token: str | None = None,
        story_replies_enabled: bool | None = None,
        story_mentions_enabled: bool | None = None,
        hide_unsubscribe_link: bool | None = None,
        from_address: str | None = None,
        hsm_fallback_language: str | None = None,
        account_id: str | None = None,
        account_management_access_token: str | None = None,
        brand_color: str | None = None,
        fixed_intro_pane: bool | None = None,
        conversation_color: str | None = None,
        action_color: str | None = None,
        display_style: Literal["button", "tab"] | None = None,
        button_icon_url: str | None = None,
        button_width: str | None = None,
        button_height: str | None = None,
        integration_order: Sequence[str] | None = None,
        business_name: str | None = None,
        business_icon_url: str | None = None,
        background_image_url: str | None = None,
        origin_whitelist: Sequence[str] | None = None,
        prechat_capture: PrechatCaptureBody | Mapping[str, Any] | None = None,
    ) -> IntegrationResponse:
        """Changes the given fields. The other fields of an integration cannot be changed.

        `PATCH /v2/apps/{appId}/integrations/{integrationId}`. Scopes: app, account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateIntegration"],
                (app_id, integration_id),
                body,
                {
                    "display_name": display_name,
                    "default_responder_id": default_responder_id,
                    "show_ai_disclaimer": show_ai_disclaimer,
                    "can_user_see_conversation_list": can_user_see_conversation_list,
                    "can_user_create_more_conversations": can_user_create_more_conversations,
                    "project_id": project_id,
                    "client_email": client_email,
                    "private_key": private_key,
                    "server_key": server_key,
                    "sender_id": sender_id,
                    "certificate": certificate,
                    "password": password,
                    "production": production,
                    "auto_update_badge": auto_update_badge,
                    "authentication_message_secret": authentication_message_secret,
                    "page_access_token": page_access_token,
                    "story_replies_enabled": story_replies_enabled,
                    "story_mentions_enabled": story_mentions_enabled,
                    "hide_unsubscribe_link": hide_unsubscribe_link,
                    "from_address": from_address,
                    "hsm_fallback_language": hsm_fallback_language,
                    "account_id": account_id,
                    "account_management_access_token": account_management_access_token,
                    "brand_color": brand_color,
                    "fixed_intro_pane": fixed_intro_pane,
                    "conversation_color": conversation_color,
                    "action_color": action_color,
                    "display_style": display_style,
                    "button_icon_url": button_icon_url,
                    "button_width": button_width,
                    "button_height": button_height,
                    "integration_order": integration_order,
                    "business_name": business_name,
                    "business_icon_url": business_icon_url,
                    "background_image_url": background_image_url,
                    "origin_whitelist": origin_whitelist,
                    "prechat_capture": prechat_capture,
                },
            ),
            IntegrationResponse,
        )

    def delete_integration(self, app_id: str, integration_id: str) -> Empty:
        """Deletes an integration with its keys and webhooks.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteIntegration"], (app_id, integration_id)), Empty)
