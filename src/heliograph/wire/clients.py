"""Clients: the channels on which a user can be reached."""

from __future__ import annotations

from typing import Any, Literal

from heliograph.wire.base import Id, Response, Time
from heliograph.wire.paging import Links, PageMeta

# A value outside of this list would make the last official Python client reject the whole page.
ClientType = Literal[
    "apple",
    "gbm",
    "googlercs",
    "instagram",
    "kakao",
    "line",
    "mailgun",
    "messagebird",
    "messenger",
    "slackconnect",
    "sdk",
    "telegram",
    "twilio",
    "twitter",
    "viber",
    "wechat",
    "whatsapp",
]
ClientStatus = Literal["active", "blocked", "inactive", "pending"]


class ClientAssociation(Response):
    """A client of the user that is active in the conversation."""

    type: ClientType
    client_id: Id


class Client(Response):
    """A channel of a user. One client of type `sdk` represents all iOS, Android, Unity and web devices of a user."""

    id: Id
    type: ClientType
    status: ClientStatus
    integration_id: str | None = None
    external_id: str | None = None
    last_seen: Time | None = None
    linked_at: Time | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    info: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None


class ClientResponse(Response):
    """One client."""

    client: Client


class ClientListResponse(Response):
    """A page of a user's clients, oldest first."""

    clients: list[Client]
    meta: PageMeta
    links: Links | None = None
