# Generated from _generated/async_api/apps.py by tools/unasync.py. Do not edit.
"""The operations of the tag Apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import App, AppListResponse, AppResponse, Empty
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.apps import AppCreateBody, AppSettingsBody, AppUpdateBody
from heliograph.wire.paging import Page


class AppsApi(Api):
    """The operations of the tag Apps."""

    def create_app(
        self,
        body: AppCreateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        settings: AppSettingsBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> AppResponse:
        """Creates an app: a tenant with its own users, conversations and keys.

        `POST /v2/apps`. Scopes: account.

        Raises:
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateApp"],
                (),
                body,
                {"display_name": display_name, "settings": settings, "metadata": metadata},
            ),
            AppResponse,
        )

    def list_apps(self, page: Page | Mapping[str, Any] | None = None) -> AppListResponse:
        """Lists the apps of this server, oldest first.

        `GET /v2/apps`. Scopes: account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListApps"], (), page=page), AppListResponse)

    def iter_apps(
        self, page: Page | Mapping[str, Any] | None = None, *, backwards: bool = False
    ) -> Records[AppListResponse, App]:
        """Iterates over the records of `list_apps`, page by page, with the size of `page` and from its cursor, if any.
        `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_apps`, during iteration.
        """

        def fetch(current: Page) -> AppListResponse:
            return self.list_apps(page=current)

        return Records(fetch, lambda response: response.apps, "ListApps", paging.first_page(page, backwards=backwards))

    def get_app(self, app_id: str) -> AppResponse:
        """Fetches an app.

        `GET /v2/apps/{appId}`. Scopes: app, account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetApp"], (app_id,)), AppResponse)

    def update_app(
        self,
        app_id: str,
        body: AppUpdateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        settings: AppSettingsBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> AppResponse:
        """Changes the given fields. Settings and metadata are merged key by key, and a null metadata value removes its
        key. `multiConvoEnabled` cannot be turned off again.

        `PATCH /v2/apps/{appId}`. Scopes: app, account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateApp"],
                (app_id,),
                body,
                {"display_name": display_name, "settings": settings, "metadata": metadata},
            ),
            AppResponse,
        )

    def delete_app(self, app_id: str) -> Empty:
        """Deletes an app with all its data. Its keys stop working immediately.

        `DELETE /v2/apps/{appId}`. Scopes: account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteApp"], (app_id,)), Empty)
