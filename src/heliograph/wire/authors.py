"""Authors and sources of messages and activities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from heliograph.wire.base import Body, BrandId, Id, Response, Time, Uri
from heliograph.wire.clients import Client
from heliograph.wire.devices import Device
from heliograph.wire.rules import exactly_one
from heliograph.wire.users import UserWebhook

AuthorType = Literal["business", "user"]
AuthorSubtype = Literal["AI", "activity", "agent", "bot"]
USER: AuthorType = "user"
BUSINESS: AuthorType = "business"


class AuthorBody(Body):
    """The author to post as: the business, or a user named by id or by external id."""

    type: AuthorType
    subtypes: list[AuthorSubtype] | None = None
    user_id: str | None = None
    user_external_id: str | None = None
    brand_id: BrandId | None = None
    display_name: str | None = None
    avatar_url: Uri | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return exactly_one(given, "userId", "userExternalId") if given.get("type") == USER else iter(())


class Author(Response):
    """The author of a message."""

    type: AuthorType
    subtypes: list[AuthorSubtype] | None = None
    user_id: Id | None = None
    display_name: str | None = None
    avatar_url: str | None = None


class AuthorWebhook(Response):
    """The author as webhook payloads show it, with the full user if the webhook asks for it."""

    type: AuthorType
    subtypes: list[AuthorSubtype] | None = None
    user_id: Id | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    user: UserWebhook | None = None


class Source(Response):
    """The origin of a message or an activity: a channel, or `api:conversations` for this API."""

    type: str
    integration_id: str | None = None
    original_message_id: str | None = None
    original_message_timestamp: Time | None = None
    client: Client | None = None
    device: Device | None = None
