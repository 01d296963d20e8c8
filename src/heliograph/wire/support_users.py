"""Support users: the data about users of Zendesk Support that SyncUser uses."""

from __future__ import annotations

from heliograph.wire.base import Body, BrandId, Email, ExternalId, PersonName, Response


class SupportUserBody(Body):
    """A Support user to store, in place of an earlier one with the same id."""

    external_id: ExternalId | None = None
    email: Email | None = None
    given_name: PersonName | None = None
    surname: PersonName | None = None
    brand_id: BrandId | None = None


class SupportUser(Response):
    """A Support user."""

    zendesk_id: str
    external_id: str | None = None
    email: str | None = None
    given_name: str | None = None
    surname: str | None = None
    brand_id: str | None = None


class SupportUserResponse(Response):
    """One Support user."""

    support_user: SupportUser
