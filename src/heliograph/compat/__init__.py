"""The face of the official Python client on this one, for code that is to run here with its import lines changed.

    import heliograph.compat as sunshine_conversations_client
    from heliograph.compat import ApiException

It has the participants, users, conversations and app keys calls, with the names, arguments, body classes and
exceptions of `sunshine-conversations-client`. New code is better off with `heliograph.Client`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

from heliograph import errors
from heliograph.client.receiving import RawResponse
from heliograph.client.sync_client import Client
from heliograph.compat.bodies import (
    AppKeyCreateBody,
    ConversationCreateBody,
    ConversationListFilter,
    ConversationUpdateBody,
    Page,
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantLeaveBodyParticipantId,
    ParticipantLeaveBodyUserExternalId,
    ParticipantLeaveBodyUserId,
    ParticipantSubSchema,
    ParticipantWithUserExternalId,
    ParticipantWithUserId,
    Profile,
    UserCreateBody,
    UserUpdateBody,
    plain,
)
from heliograph.compat.rest import (
    ApiException,
    BadRequestException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    OpenApiException,
    ServiceException,
    UnauthorizedException,
    UnprocessableEntityException,
    translated,
)

__all__ = [
    "ApiClient",
    "ApiException",
    "ApiResponse",
    "AppKeyCreateBody",
    "AppKeysApi",
    "BadRequestException",
    "Configuration",
    "ConflictException",
    "ConversationCreateBody",
    "ConversationListFilter",
    "ConversationUpdateBody",
    "ConversationsApi",
    "ForbiddenException",
    "NotFoundException",
    "OpenApiException",
    "Page",
    "ParticipantJoinBody",
    "ParticipantLeaveBody",
    "ParticipantLeaveBodyParticipantId",
    "ParticipantLeaveBodyUserExternalId",
    "ParticipantLeaveBodyUserId",
    "ParticipantSubSchema",
    "ParticipantWithUserExternalId",
    "ParticipantWithUserId",
    "ParticipantsApi",
    "Profile",
    "ServiceException",
    "UnauthorizedException",
    "UnprocessableEntityException",
    "UserCreateBody",
    "UserUpdateBody",
    "UsersApi",
]


class Configuration:
    """Where the API is, and the credentials. A bearer token goes before user name and password.

    What the official class takes beside these is taken, and has no effect.
    """

    def __init__(
        self,
        host: str | None = None,
        username: str | None = None,
        password: str | None = None,
        access_token: str | None = None,
        **others: Any,
    ) -> None:
        self.host = host or "https://api.smooch.io"
        self.username = username
        self.password = password
        self.access_token = access_token
        vars(self).update(others)

    def header(self, now: float) -> str:
        """The `Authorization` header, of what the credentials are at the moment."""
        if self.access_token:
            return f"Bearer {self.access_token}"
        return "Basic " + base64.b64encode(f"{self.username or ''}:{self.password or ''}".encode()).decode()


class ApiClient:
    """A pool of connections; as a context manager it closes them."""

    def __init__(self, configuration: Configuration | None = None) -> None:
        self.configuration = configuration or Configuration()
        self.client = Client(self.configuration.host, auth=self.configuration, total_timeout=None)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class ApiResponse(NamedTuple):
    """What the `…_with_http_info` methods return."""

    status_code: int
    headers: Mapping[str, str]
    data: Any
    raw_data: bytes


class _Api:
    """Calls the methods of a group by the official names of their arguments."""

    _group = ""

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = api_client or ApiClient()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = name.removesuffix("_with_http_info")
        group = self._group if not name.startswith("_") else ""
        if not hasattr(getattr(self.api_client.client, group, None), method):
            raise AttributeError(f"{type(self).__name__} has no method {name!r}")
        return lambda *args, **kwargs: self._call(method, name != method, args, kwargs)

    def _call(self, method: str, with_info: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        client = self.api_client.client
        if (timeout := kwargs.pop("_request_timeout", None)) is not None:
            client = client.with_options(timeout=max(timeout) if isinstance(timeout, tuple) else timeout)
        if (headers := kwargs.pop("_headers", None)) is not None:
            client = client.with_options(headers=headers)
        given = {"body" if name.endswith("_body") else name: plain(value) for name, value in kwargs.items()}
        try:
            answer = getattr(getattr(client, self._group), method)(*map(plain, args), **given)
        except errors.InvalidArgument:
            raise
        except errors.HeliographError as error:
            raise translated(error) from error
        if not with_info:
            return answer
        raw: RawResponse = answer.raw_response
        return ApiResponse(raw.status, raw.headers, answer, raw.content)


class ParticipantsApi(_Api):
    """Join, leave and list."""

    _group = "participants"


class UsersApi(_Api):
    """Users."""

    _group = "users"


class ConversationsApi(_Api):
    """Conversations."""

    _group = "conversations"


class AppKeysApi(_Api):
    """The API keys of an app."""

    _group = "app_keys"
