# Generated from _generated/async_api/users.py by tools/unasync.py. Do not edit.
"""The operations of the tag Users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from heliograph.client._generated.models import Empty, UserListResponse, UserResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.users import ProfileBody, SyncUserBody, UserCreateBody, UserUpdateBody


class UsersApi(Api):
    """The operations of the tag Users."""

    def create_user(
        self,
        app_id: str,
        body: UserCreateBody | Mapping[str, Any] | None = None,
        *,
        external_id: str | None = None,
        brand_id: str | None = None,
        signed_up_at: datetime | str | None = None,
        to_be_retained: bool | None = None,
        profile: ProfileBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> UserResponse:
        """Creates a user. The optional external id must be unique in the app or, with a brand, in the brand.

        `POST /v2/apps/{appId}/users`. Scopes: integration, app, account.

        Raises:
            UserAlreadyExists: Another user of the app already has this external id.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateUser"],
                (app_id,),
                body,
                {
                    "external_id": external_id,
                    "brand_id": brand_id,
                    "signed_up_at": signed_up_at,
                    "to_be_retained": to_be_retained,
                    "profile": profile,
                    "metadata": metadata,
                },
            ),
            UserResponse,
        )

    def list_users(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        *,
        identities_email: str | None = None,
        brand_id: str | None = None,
    ) -> UserListResponse:
        """Lists the users with an email address among their identities. The one in the profile does not count.

        `GET /v2/apps/{appId}/users`. Scopes: integration, app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListUsers"],
                (app_id,),
                filters=filter,
                filter_fields={"identities_email": identities_email},
                query={"brandId": brand_id},
            ),
            UserListResponse,
        )

    def get_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> UserResponse:
        """Fetches a user.

        `GET /v2/apps/{appId}/users/{userIdOrExternalId}`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["GetUser"], (app_id, user_id_or_external_id), query={"brandId": brand_id}), UserResponse
        )

    def update_user(
        self,
        app_id: str,
        user_id_or_external_id: str,
        body: UserUpdateBody | Mapping[str, Any] | None = None,
        *,
        signed_up_at: datetime | str | None = None,
        to_be_retained: bool | None = None,
        profile: ProfileBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
        brand_id: str | None = None,
    ) -> UserResponse:
        """Changes the given fields. Profile and metadata are merged key by key, and null clears a key.

        `PATCH /v2/apps/{appId}/users/{userIdOrExternalId}`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateUser"],
                (app_id, user_id_or_external_id),
                body,
                {
                    "signed_up_at": signed_up_at,
                    "to_be_retained": to_be_retained,
                    "profile": profile,
                    "metadata": metadata,
                },
                query={"brandId": brand_id},
            ),
            UserResponse,
        )

    def delete_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> Empty:
        """Deletes a user with their clients, personal conversations and memberships in groups.

        `DELETE /v2/apps/{appId}/users/{userIdOrExternalId}`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["DeleteUser"], (app_id, user_id_or_external_id), query={"brandId": brand_id}), Empty
        )

    def delete_user_personal_information(
        self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None
    ) -> UserResponse:
        """Clears the profile and metadata of a user, and the personal information of their clients.

        `DELETE /v2/apps/{appId}/users/{userIdOrExternalId}/personalinformation`. Scopes: integration, app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["DeleteUserPersonalInformation"],
                (app_id, user_id_or_external_id),
                query={"brandId": brand_id},
            ),
            UserResponse,
        )

    def sync_user(
        self,
        app_id: str,
        zendesk_id: str,
        body: SyncUserBody | Mapping[str, Any] | None = None,
        *,
        surviving_zendesk_id: str | None = None,
    ) -> UserResponse:
        """Synchronizes a user with the Support user of this id, or with the survivor of a merge.

        `POST /v2/apps/{appId}/users/{zendeskId}/sync`. Scopes: integration, app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["SyncUser"], (app_id, zendesk_id), body, {"surviving_zendesk_id": surviving_zendesk_id}),
            UserResponse,
        )
