"""Integrations of the SDKs, and the common fields of all integrations."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from heliograph.wire.base import Body, Id, NonEmpty, Response
from heliograph.wire.forms import Field, FieldBody

IntegrationStatus = Literal["active", "inactive", "error"]
IntegrationName = Annotated[str, Meta(max_length=100)]
Color = Annotated[str, Meta(pattern=r"^(?:[0-9A-Fa-f]{3}){1,2}$(?!\n)")]


class IntegrationBody(Body, tag_field="type"):
    """The fields of every integration to create."""

    display_name: IntegrationName | None = None


class ChannelIntegrationBody(IntegrationBody):
    """The fields of every integration to create that is a channel."""

    default_responder_id: str | None = None
    show_ai_disclaimer: bool | None = field(default=None, name="showAIDisclaimer")


class SdkIntegrationBody(ChannelIntegrationBody):
    """The fields of every SDK integration to create."""

    can_user_see_conversation_list: bool | None = None
    can_user_create_more_conversations: bool | None = None


class AndroidIntegrationBody(SdkIntegrationBody, tag="android"):
    """The Android SDK, optionally with credentials for push notifications."""

    project_id: NonEmpty | None = None
    client_email: NonEmpty | None = None
    private_key: NonEmpty | None = None
    server_key: NonEmpty | None = None
    sender_id: NonEmpty | None = None


class IosIntegrationBody(SdkIntegrationBody, tag="ios"):
    """The iOS SDK, optionally with a certificate for push notifications."""

    certificate: NonEmpty | None = None
    password: str | None = None
    production: bool | None = None
    auto_update_badge: bool | None = None


class UnityIntegrationBody(SdkIntegrationBody, tag="unity"):
    """The Unity SDK."""


class PrechatCaptureBody(Body):
    """The fields to ask a user for before the conversation."""

    avatar_url: str | None = None
    enabled: bool | None = None
    enable_email_linking: bool | None = None
    fields: list[FieldBody] | None = None


class WebIntegrationBody(SdkIntegrationBody, tag="web"):
    """The Web Messenger: its appearance, and the origins on which it may be shown."""

    brand_color: Color | None = None
    fixed_intro_pane: bool | None = None
    conversation_color: Color | None = None
    action_color: Color | None = None
    display_style: Literal["button", "tab"] | None = None
    button_icon_url: str | None = None
    button_width: str | None = None
    button_height: str | None = None
    integration_order: list[str] | None = None
    business_name: str | None = None
    business_icon_url: str | None = None
    background_image_url: str | None = None
    origin_whitelist: list[str] | None = None
    prechat_capture: PrechatCaptureBody | None = None


class DefaultResponder(Response):
    """The default responder of the conversations of an integration, and whether the switchboard sets it."""

    name: str | None = None
    integration_id: str | None = None
    integration_type: str | None = None
    deliver_standby_events: bool | None = None
    next_switchboard_integration_id: str | None = None
    message_history_count: int | None = None
    inherited: bool | None = None


class IntegrationBase(Response, tag_field="type"):
    """The fields of every integration."""

    id: Id
    status: IntegrationStatus | None = None
    display_name: str | None = None


class ChannelIntegration(IntegrationBase):
    """The fields of every integration that is a channel."""

    default_responder: DefaultResponder | None = None
    show_ai_disclaimer: bool | None = field(default=None, name="showAIDisclaimer")


class SdkIntegration(ChannelIntegration):
    """The fields of every SDK integration."""

    can_user_see_conversation_list: bool | None = None
    can_user_create_more_conversations: bool | None = None
    attachments_enabled: bool | None = None


class AndroidIntegration(SdkIntegration, tag="android"):
    """The Android SDK."""

    sender_id: str | None = None


class IosIntegration(SdkIntegration, tag="ios"):
    """The iOS SDK."""

    production: bool | None = None
    auto_update_badge: bool | None = None


class UnityIntegration(SdkIntegration, tag="unity"):
    """The Unity SDK."""


class PrechatCapture(Response):
    """The fields that a user is asked for before the conversation."""

    avatar_url: str | None = None
    enabled: bool | None = None
    enable_email_linking: bool | None = None
    fields: list[Field] | None = None


class WebIntegration(SdkIntegration, tag="web"):
    """The Web Messenger: its appearance, and the origins on which it may be shown."""

    brand_color: str | None = None
    fixed_intro_pane: bool | None = None
    conversation_color: str | None = None
    action_color: str | None = None
    display_style: str | None = None
    button_icon_url: str | None = None
    button_width: str | None = None
    button_height: str | None = None
    integration_order: list[str] | None = None
    business_name: str | None = None
    business_icon_url: str | None = None
    background_image_url: str | None = None
    origin_whitelist: list[str] | None = None
    prechat_capture: PrechatCapture | None = None
