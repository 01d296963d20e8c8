"""The exceptions of the official client."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from heliograph import errors
from heliograph.client.model import Model


class OpenApiException(Exception):
    """Everything that the calls raise, but for arguments that are wrong: those raise a ValueError."""


class ApiException(OpenApiException):
    """A refusal; or, with status 0, no answer."""

    def __init__(
        self,
        status: int | None = None,
        reason: str | None = None,
        *,
        body: str | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.body = body
        self.data = data
        self.headers = headers

    def __str__(self) -> str:
        lines = [f"({self.status})", f"Reason: {self.reason}"]
        if self.headers:
            lines.append(f"HTTP response headers: {dict(self.headers)}")
        if self.body:
            lines.append(f"HTTP response body: {self.body}")
        return "\n".join(lines) + "\n"


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
    """Status 500 and above."""


_BY_STATUS = {
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    409: ConflictException,
    422: UnprocessableEntityException,
}


def translated(error: errors.HeliographError) -> ApiException:
    """The official exception for one of ours."""
    if not isinstance(error, errors.ApiError):
        return ApiException(0, str(error))
    kind = _BY_STATUS.get(error.status, ServiceException if error.status >= 500 else ApiException)
    phrase = HTTPStatus(error.status).phrase if error.status in HTTPStatus._value2member_map_ else ""
    data = Model({"errors": [item._asdict() for item in error.errors]})
    return kind(error.status, phrase, body=error.body, data=data, headers=error.headers)
