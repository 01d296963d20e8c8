"""Integrations of third-party channels. Requests can set their secrets, but no response shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire.base import NonEmpty
from heliograph.wire.rules import at_least_one
from heliograph.wire.sdks import ChannelIntegration, ChannelIntegrationBody

AppleAuthenticationSecret = Annotated[str, Meta(min_length=88)]


class AppleIntegrationBody(ChannelIntegrationBody, tag="apple", kw_only=True):
    """Apple Messages for Business."""

    business_id: str
    api_secret: str
    msp_id: str
    authentication_message_secret: AppleAuthenticationSecret | None = None


class InstagramIntegrationBody(ChannelIntegrationBody, tag="instagram", kw_only=True):
    """Instagram Direct."""

    page_access_token: str
    app_id: str
    app_secret: str
    story_replies_enabled: bool | None = None
    story_mentions_enabled: bool | None = None


class LineIntegrationBody(ChannelIntegrationBody, tag="line"):
    """LINE. The credentials may be set later."""

    channel_id: str | None = None
    channel_secret: str | None = None
    channel_access_token: str | None = None
    service_code: str | None = None
    switcher_secret: NonEmpty | None = None
    qr_code_url: str | None = None


class MailgunIntegrationBody(ChannelIntegrationBody, tag="mailgun", kw_only=True):
    """Email through Mailgun."""

    api_key: NonEmpty
    domain: NonEmpty
    incoming_address: NonEmpty
    signing_key: NonEmpty | None = None
    hide_unsubscribe_link: bool | None = None
    from_address: NonEmpty | None = None


class MessagebirdIntegrationBody(ChannelIntegrationBody, tag="messagebird", kw_only=True):
    """SMS through MessageBird."""

    access_key: NonEmpty
    signing_key: NonEmpty
    originator: NonEmpty


class MessengerIntegrationBody(ChannelIntegrationBody, tag="messenger", kw_only=True):
    """Facebook Messenger."""

    page_access_token: str
    app_id: str
    app_secret: str
    page_id: float | None = None
    page_name: str | None = None


class TelegramIntegrationBody(ChannelIntegrationBody, tag="telegram", kw_only=True):
    """A Telegram bot."""

    token: NonEmpty


class TwilioIntegrationBody(ChannelIntegrationBody, tag="twilio", kw_only=True):
    """SMS through Twilio, with a phone number or a messaging service."""

    account_sid: str
    auth_token: NonEmpty
    phone_number_sid: NonEmpty | None = None
    messaging_service_sid: NonEmpty | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return at_least_one(given, "messagingServiceSid", "phoneNumberSid")


class TwitterIntegrationBody(ChannelIntegrationBody, tag="twitter", kw_only=True):
    """Twitter."""

    tier: Literal["enterprise"]
    consumer_key: NonEmpty
    consumer_secret: NonEmpty
    access_token_key: NonEmpty
    access_token_secret: NonEmpty


class ViberIntegrationBody(ChannelIntegrationBody, tag="viber", kw_only=True):
    """A Viber public account."""

    token: NonEmpty


class WhatsappIntegrationBody(ChannelIntegrationBody, tag="whatsapp"):
    """WhatsApp."""

    hsm_fallback_language: str | None = None
    account_id: str | None = None
    account_management_access_token: str | None = None


class AppleIntegration(ChannelIntegration, tag="apple"):
    """Apple Messages for Business."""

    business_id: str | None = None
    msp_id: str | None = None
    authentication_message_secret: str | None = None


class InstagramIntegration(ChannelIntegration, tag="instagram"):
    """Instagram Direct."""

    app_id: str | None = None
    business_name: str | None = None
    business_username: str | None = None
    page_id: str | None = None
    business_id: str | None = None
    username: str | None = None
    user_id: str | None = None
    story_replies_enabled: bool | None = None
    story_mentions_enabled: bool | None = None


class LineIntegration(ChannelIntegration, tag="line"):
    """LINE."""

    channel_id: str | None = None
    channel_secret: str | None = None
    channel_access_token: str | None = None
    service_code: str | None = None
    switcher_secret: str | None = None
    qr_code_url: str | None = None
    line_id: str | None = None


class MailgunIntegration(ChannelIntegration, tag="mailgun"):
    """Email through Mailgun."""

    domain: str | None = None
    incoming_address: str | None = None
    signing_key: str | None = None
    hide_unsubscribe_link: bool | None = None
    from_address: str | None = None


class MessagebirdIntegration(ChannelIntegration, tag="messagebird"):
    """SMS through MessageBird."""

    originator: str | None = None
    webhook_secret: str | None = None


class MessengerIntegration(ChannelIntegration, tag="messenger"):
    """Facebook Messenger."""

    page_access_token: str | None = None
    app_id: str | None = None
    page_id: float | None = None
    page_name: str | None = None


class TelegramIntegration(ChannelIntegration, tag="telegram"):
    """A Telegram bot."""

    username: str | None = None
    bot_id: str | None = None


class TwilioIntegration(ChannelIntegration, tag="twilio"):
    """SMS through Twilio."""

    account_sid: str | None = None
    phone_number_sid: str | None = None
    messaging_service_sid: str | None = None


class TwitterIntegration(ChannelIntegration, tag="twitter"):
    """Twitter."""

    tier: Literal["enterprise"] | None = None
    env_name: str | None = None


class ViberIntegration(ChannelIntegration, tag="viber"):
    """A Viber public account."""

    uri: str | None = None
    account_id: str | None = None


class WhatsappIntegration(ChannelIntegration, tag="whatsapp"):
    """WhatsApp."""

    hsm_fallback_language: str | None = None
    account_id: str | None = None
    account_management_access_token: str | None = None
    phone_number: str | None = None
