"""Apps, the tenants, and their API keys."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from heliograph.wire.base import Body, DisplayName, Id, Metadata, Response
from heliograph.wire.paging import Links, PageMeta

KEYS_PER_APP = 10


class AppSettingsBody(Body):
    """Settings to change. A key that is absent or null is not changed."""

    conversation_retention_seconds: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    mask_credit_card_numbers: bool | None = None
    use_animal_names: bool | None = None
    echo_postback: bool | None = None
    ignore_auto_conversation_start: bool | None = None
    multi_convo_enabled: bool | None = None
    app_localization_enabled: bool | None = None
    end_session_enabled: bool | None = None
    disable_conversation_reopen: bool | None = None


class AppCreateBody(Body):
    """An app to create."""

    display_name: DisplayName
    settings: AppSettingsBody | None = None
    metadata: Metadata | None = None


class AppUpdateBody(Body):
    """The fields of an app to change."""

    display_name: DisplayName | None = None
    settings: AppSettingsBody | None = None
    metadata: Metadata | UnsetType | None = UNSET


class AppSettings(Response):
    """The settings of an app. `multiConvoEnabled` is not enforced."""

    app_localization_enabled: bool
    echo_postback: bool
    mask_credit_card_numbers: bool
    multi_convo_enabled: bool
    use_animal_names: bool
    conversation_retention_seconds: int | None = None
    ignore_auto_conversation_start: bool | None = None
    end_session_enabled: bool | None = None
    disable_conversation_reopen: bool | None = None


class App(Response):
    """A tenant with its own users, conversations and keys."""

    id: Id
    display_name: str
    settings: AppSettings
    metadata: dict[str, Any] | None = None


class AppResponse(Response):
    """One app."""

    app: App


class AppListResponse(Response):
    """A page of apps, oldest first."""

    apps: list[App]
    meta: PageMeta
    links: Links | None = None


class AppWithSubdomain(App):
    """An app, with its subdomain if it has one."""

    subdomain: str | None = None


class AppWithSubdomainResponse(Response):
    """The app of a token."""

    app: AppWithSubdomain


class AppKeyCreateBody(Body):
    """A key to create."""

    display_name: DisplayName


class AppKey(Response):
    """An API key. The id is the user name of Basic authentication and the `kid` of a JWT, which the secret signs."""

    id: str
    display_name: str
    secret: str


class AppKeyResponse(Response):
    """One key."""

    key: AppKey


class AppKeyListResponse(Response):
    """All keys of an app."""

    keys: list[AppKey]


class Empty(Response):
    """An empty object: the operation succeeded."""
