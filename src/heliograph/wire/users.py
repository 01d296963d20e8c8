"""Users: the people of an app."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from heliograph.wire.base import Body, BrandId, Email, ExternalId, Id, Locale, Metadata, PersonName, Response, Time, Uri

Moment = Annotated[
    datetime, Meta(tz=True, description="An ISO 8601 time with its offset, such as `2020-05-21T15:53:30.197Z`.")
]


ZENDESK_ID_LENGTH = 128
ZendeskId = Annotated[str, Meta(min_length=1, max_length=ZENDESK_ID_LENGTH)]


class ProfileBody(Body):
    """A profile to set. In an update, an absent key is not changed, and null clears a key."""

    given_name: PersonName | UnsetType | None = UNSET
    surname: PersonName | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    avatar_url: Uri | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET


class UserCreateBody(Body):
    """A user to create. The external id is optional since version 17.11 of the API document."""

    external_id: ExternalId | None = None
    brand_id: BrandId | None = None
    signed_up_at: Moment | None = None
    to_be_retained: bool | None = None
    profile: ProfileBody | None = None
    metadata: Metadata | None = None


class UserUpdateBody(Body):
    """The fields of a user to change. The external id cannot be changed."""

    signed_up_at: Moment | None = None
    to_be_retained: bool | None = None
    profile: ProfileBody | None = None
    metadata: Metadata | UnsetType | None = UNSET


class SyncUserBody(Body):
    """The Support user to synchronize with, if two Support users were merged."""

    surviving_zendesk_id: str | None = None


class LoginBody(Body):
    """What a login reports about a user."""

    external_id: ExternalId | None = None
    email: Email | None = None
    zendesk_id: ZendeskId | None = None
    given_name: PersonName | None = None
    surname: PersonName | None = None
    integration_id: str | None = None


class Profile(Response):
    """Personal information of a user."""

    given_name: str | None = None
    surname: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    locale: str | None = None


class Identity(Response):
    """A connected identity of a user, such as an email address."""

    type: str
    value: str
    verification: str | None = None


class UserTruncated(Response):
    """A user as webhook payloads show it."""

    id: Id
    authenticated: bool
    external_id: str | None = None
    zendesk_id: str | None = None
    brand_id: str | None = None


class UserWebhook(UserTruncated):
    """A full user, as payloads show it to webhooks that ask for it."""

    signed_up_at: Time | None = None
    to_be_retained: bool | None = None
    profile: Profile | None = None
    metadata: dict[str, Any] | None = None
    identities: list[Identity] | None = None


class User(Response):
    """A user of the app."""

    id: Id
    authenticated: bool
    signed_up_at: Time
    profile: Profile
    metadata: dict[str, Any]
    identities: list[Identity]
    external_id: str | None = None
    zendesk_id: str | None = None
    brand_id: str | None = None
    to_be_retained: bool | None = None


class UserResponse(Response):
    """One user."""

    user: User


class UserListResponse(Response):
    """A list of users without pages."""

    users: list[User]
