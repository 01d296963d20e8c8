"""The exceptions of the official library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from heliograph.compat.raw import Headers, RESTResponse
from heliograph.errors import InvalidArgument

__all__ = [
    "ApiAttributeError",
    "ApiException",
    "ApiKeyError",
    "ApiTypeError",
    "ApiValueError",
    "BadRequestException",
    "ConflictException",
    "ForbiddenException",
    "NotFoundException",
    "OpenApiException",
    "ServiceException",
    "UnauthorizedException",
    "UnprocessableEntityException",
    "render_path",
]


class OpenApiException(Exception):
    """The base of all exceptions of this package."""


class _ArgumentError(OpenApiException):
    """An argument or a value is invalid; `path_to_item` locates it in nested data."""

    def __init__(self, msg: str, path_to_item: Sequence[str | int] | None = None) -> None:
        self.path_to_item = path_to_item
        super().__init__(f"{msg} at {render_path(path_to_item)}" if path_to_item else msg)


class ApiTypeError(_ArgumentError, TypeError):
    """An argument of a method or a model is unknown or has the wrong type."""

    def __init__(
        self,
        msg: str,
        path_to_item: Sequence[str | int] | None = None,
        valid_classes: tuple[type[Any], ...] | None = None,
        key_type: bool | None = None,
    ) -> None:
        super().__init__(msg, path_to_item)
        self.valid_classes = valid_classes
        self.key_type = key_type


class ApiValueError(_ArgumentError, InvalidArgument):
    """An argument breaks a rule of the API; no request was sent."""


class ApiAttributeError(_ArgumentError, AttributeError):
    """A model has no such attribute."""


class ApiKeyError(_ArgumentError, KeyError):
    """A mapping has no such key."""


class ApiException(OpenApiException):
    """The server responded with an error; or, with status 0, no valid response arrived."""

    def __init__(
        self,
        status: int | None = None,
        reason: str | None = None,
        http_resp: RESTResponse | None = None,
        *,
        body: str | None = None,
        data: Any = None,
    ) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.body = body
        self.data = data
        self.headers: Headers | None = None
        if http_resp is not None:
            self.status = http_resp.status if status is None else status
            self.reason = http_resp.reason if reason is None else reason
            data_sent: Any = http_resp.data
            text = data_sent.decode(errors="replace") if isinstance(data_sent, bytes) else data_sent
            self.body = text if body is None else body
            self.headers = http_resp.getheaders()

    @classmethod
    def from_response(cls, *, http_resp: RESTResponse, body: str | None, data: Any) -> NoReturn:
        """Raise the class for the status of a response."""
        fallback = ServiceException if http_resp.status >= 500 else ApiException
        raise _BY_STATUS.get(http_resp.status, fallback)(http_resp=http_resp, body=body, data=data)

    def __str__(self) -> str:
        lines = [f"({self.status})", f"Reason: {self.reason}"]
        if self.headers:
            lines.append(f"HTTP response headers: {dict(self.headers)}")
        if self.body:
            lines.append(f"HTTP response body: {self.body}")
        return "\n".join(lines) + "\n"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.status, self.reason), self.__dict__


class BadRequestException(ApiException):
    """Status 400."""


class UnauthorizedException(ApiException):
    """Status 401."""


class ForbiddenException(ApiException):
    """Status 403."""


class NotFoundException(ApiException):
    """Status 404."""


class ConflictException(ApiException):
    """Status 409."""


class UnprocessableEntityException(ApiException):
    """Status 422."""


class ServiceException(ApiException):
    """Status 500 or above."""


_BY_STATUS: dict[int, type[ApiException]] = {
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    409: ConflictException,
    422: UnprocessableEntityException,
}


def render_path(path_to_item: Sequence[str | int]) -> str:
    """A path in nested data in Python syntax, such as `['participants'][0]`."""
    return "".join(f"[{item!r}]" for item in path_to_item)
