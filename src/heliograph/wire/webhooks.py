"""Webhooks: the endpoints of integrations, and the events that each receives."""

from __future__ import annotations

from typing import Literal

from heliograph.wire.base import Body, HttpUrl, Id, Response
from heliograph.wire.event_types import Trigger

WEBHOOKS_PER_APP = 10
VERSION = "v2"
"""The version of the payloads."""

Subscription = Literal["*", Trigger]
"""A trigger, or `*` for all triggers."""


class WebhookCreateBody(Body):
    """A webhook to create. The server generates its secret."""

    target: HttpUrl
    triggers: list[Subscription]
    include_full_user: bool | None = None
    include_full_source: bool | None = None


class WebhookUpdateBody(Body):
    """The fields of a webhook to change."""

    target: HttpUrl | None = None
    triggers: list[Subscription] | None = None
    include_full_user: bool | None = None
    include_full_source: bool | None = None


class Webhook(Response):
    """A webhook of an integration. Each call sends the secret in the header `X-API-Key`."""

    id: Id
    version: str
    target: str
    triggers: list[Subscription]
    secret: str
    include_full_user: bool
    include_full_source: bool


class WebhookResponse(Response):
    """One webhook."""

    webhook: Webhook


class WebhookListResponse(Response):
    """All webhooks of an integration."""

    webhooks: list[Webhook]
