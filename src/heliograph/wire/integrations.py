"""Integrations: the channels of an app, and the programs that use its API and webhooks."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, UnsetType, field

from heliograph.wire import channels, sdks
from heliograph.wire.base import Body, DisplayName, NonEmpty, Response
from heliograph.wire.paging import Links, PageMeta
from heliograph.wire.webhooks import Webhook, WebhookCreateBody


class CustomIntegrationBody(sdks.IntegrationBody, tag="custom", kw_only=True):
    """A custom integration: a program with a webhook for events."""

    webhooks: Annotated[list[WebhookCreateBody], Meta(min_length=1, max_length=1)]


class CustomIntegration(sdks.IntegrationBase, tag="custom", kw_only=True):
    """A custom integration: a program with webhooks for events."""

    webhooks: list[Webhook]


IntegrationCreateBody = (
    sdks.AndroidIntegrationBody
    | channels.AppleIntegrationBody
    | CustomIntegrationBody
    | channels.InstagramIntegrationBody
    | sdks.IosIntegrationBody
    | channels.LineIntegrationBody
    | channels.MailgunIntegrationBody
    | channels.MessagebirdIntegrationBody
    | channels.MessengerIntegrationBody
    | channels.TelegramIntegrationBody
    | channels.TwilioIntegrationBody
    | channels.TwitterIntegrationBody
    | sdks.UnityIntegrationBody
    | channels.ViberIntegrationBody
    | sdks.WebIntegrationBody
    | channels.WhatsappIntegrationBody
)

Integration = (
    sdks.AndroidIntegration
    | channels.AppleIntegration
    | CustomIntegration
    | channels.InstagramIntegration
    | sdks.IosIntegration
    | channels.LineIntegration
    | channels.MailgunIntegration
    | channels.MessagebirdIntegration
    | channels.MessengerIntegration
    | channels.TelegramIntegration
    | channels.TwilioIntegration
    | channels.TwitterIntegration
    | sdks.UnityIntegration
    | channels.ViberIntegration
    | sdks.WebIntegration
    | channels.WhatsappIntegration
)


CUSTOM = "custom"
INTEGRATION_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Integration))
"""The types of integrations of the API document."""


class IntegrationUpdateBody(Body):
    """The fields of an integration to change. Null clears an optional field.

    The API document has a body for each type of integration, without a field that distinguishes them. This body has the
    fields of all types: those that the type of the integration does not have are ignored, like unknown fields.
    """

    display_name: DisplayName | UnsetType | None = UNSET
    default_responder_id: str | UnsetType | None = UNSET
    show_ai_disclaimer: bool | None = field(default=None, name="showAIDisclaimer")
    can_user_see_conversation_list: bool | None = None
    can_user_create_more_conversations: bool | None = None
    project_id: NonEmpty | UnsetType | None = UNSET
    client_email: NonEmpty | UnsetType | None = UNSET
    private_key: NonEmpty | UnsetType | None = UNSET
    server_key: NonEmpty | UnsetType | None = UNSET
    sender_id: NonEmpty | UnsetType | None = UNSET
    certificate: NonEmpty | UnsetType | None = UNSET
    password: str | None = None
    production: bool | None = None
    auto_update_badge: bool | None = None
    authentication_message_secret: channels.AppleAuthenticationSecret | None = None
    page_access_token: str | None = None
    story_replies_enabled: bool | None = None
    story_mentions_enabled: bool | None = None
    hide_unsubscribe_link: bool | None = None
    from_address: NonEmpty | UnsetType | None = UNSET
    hsm_fallback_language: str | UnsetType | None = UNSET
    account_id: str | UnsetType | None = UNSET
    account_management_access_token: str | UnsetType | None = UNSET
    brand_color: sdks.Color | None = None
    fixed_intro_pane: bool | None = None
    conversation_color: sdks.Color | None = None
    action_color: sdks.Color | None = None
    display_style: Literal["button", "tab"] | None = None
    button_icon_url: str | UnsetType | None = UNSET
    button_width: str | None = None
    button_height: str | None = None
    integration_order: list[str] | UnsetType | None = UNSET
    business_name: str | None = None
    business_icon_url: str | None = None
    background_image_url: str | None = None
    origin_whitelist: list[str] | UnsetType | None = UNSET
    prechat_capture: sdks.PrechatCaptureBody | None = None


class IntegrationResponse(Response):
    """One integration."""

    integration: Integration


class IntegrationListResponse(Response):
    """A page of the integrations of an app, oldest first."""

    integrations: list[Integration]
    meta: PageMeta
    links: Links | None = None
