"""Sign-in to the console: sessions, and one-time tickets to create sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire.base import Body, DisplayName, Id, Response, Time
from heliograph.wire.paging import Links, PageMeta

Role = Literal["operator", "viewer"]
"""An operator may do what the key may do. A viewer may only read, and sees no secrets."""

MAX_TICKET_SECONDS = 7 * 24 * 3600
_MAX_CREDENTIAL = 256
_INCOMPLETE = "either a ticket, or a keyId and a secret should be given"

Secret = Annotated[str, Meta(min_length=1, max_length=_MAX_CREDENTIAL)]


class SignInBody(Body):
    """A key with its secret, or a ticket, and the name of the person who signs in."""

    name: DisplayName
    key_id: Secret | None = None
    secret: Secret | None = None
    ticket: Secret | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """Require one of the two credentials."""
        names = {name for name in ("keyId", "secret", "ticket") if given.get(name) is not None}
        if names not in ({"ticket"}, {"keyId", "secret"}):
            yield _INCOMPLETE


class TicketCreateBody(Body):
    """A ticket to create. It is valid for 8 hours unless `expiresInSeconds` is given."""

    role: Role
    app_id: str | None = None
    expires_in_seconds: Annotated[int, Meta(ge=1, le=MAX_TICKET_SECONDS)] | None = None


class ConsoleSession(Response):
    """A session. Without an `appId` it is one of an account key, and has access to every app.

    It ends at `expiresAt`, or when it was not used for 12 hours. `lastSeenAt` is at most a minute old.
    """

    id: str
    name: str
    role: Role
    key_id: str
    created_at: Time
    last_seen_at: Time
    expires_at: Time
    app_id: Id | None = None


class SignInResponse(ConsoleSession, kw_only=True):
    """A new session with its token, which is shown only once."""

    token: str


class ConsoleSessionListResponse(Response):
    """A page of sessions, oldest first."""

    sessions: list[ConsoleSession]
    meta: PageMeta
    links: Links | None = None


class TicketResponse(Response):
    """A new ticket, which is shown only once."""

    ticket: str
    role: Role
    expires_at: Time
    app_id: Id | None = None
