"""Error responses: one class for each status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from heliograph.errors.base import HeliographError


class ErrorItem(NamedTuple):
    """An entry of `errors` in a response."""

    code: str
    title: str


class ApiError(HeliographError):
    """An error response.

    The client sets `operation` (its name), `errors` (all entries of the response), `request_id` (as in the server's
    log), `retry_after` (in seconds, None without the header), `body` (the text of the response), and `attempts`.
    """

    status: int = 500
    code: str = "internal_error"
    title: str = "Internal server error"
    operation: str | None = None
    errors: tuple[ErrorItem, ...] = ()
    request_id: str | None = None
    retry_after: float | None = None
    body: str = ""
    attempts: int = 1

    def __init__(self, *titles: str, headers: Mapping[str, str] | None = None) -> None:
        self.titles = titles or (self.title,)
        self.headers = dict(headers or {})
        super().__init__(*self.titles)

    def __str__(self) -> str:
        titles = "; ".join(self.titles)
        if self.operation is None:
            return titles
        request = f", request {self.request_id}" if self.request_id else ""
        return f"{self.status} {self.code}: {titles} ({self.operation}{request})"


class BadRequest(ApiError):
    """The request is not valid; one title per violation."""

    status = 400
    code = "bad_request"
    title = "Bad request"


class Unauthorized(ApiError):
    """The credentials are missing or not valid; the response is the same in all cases."""

    status = 401
    code = "unauthorized"
    title = "Authorization is required"

    def __init__(self, *titles: str) -> None:
        super().__init__(*titles, headers={"www-authenticate": "Basic, Bearer"})


class Forbidden(ApiError):
    """The credentials are valid but do not permit this operation."""

    status = 403
    code = "forbidden"
    title = "Forbidden"


class NotFound(ApiError):
    """The resource or the path does not exist."""

    status = 404
    code = "not_found"
    title = "Resource not found"


class MethodNotAllowed(ApiError):
    """The path does not support this method; `Allow` lists those it supports."""

    status = 405
    code = "method_not_allowed"
    title = "Method not allowed"


class RequestTimeout(ApiError):
    """The body did not arrive in time."""

    status = 408
    code = "request_timeout"
    title = "The request body did not arrive in time"


class Conflict(ApiError):
    """The resource already exists, or its state does not allow the request."""

    status = 409
    code = "conflict"
    title = "Conflict"


class PreconditionFailed(ApiError):
    """The version in `If-Match` is not the present one."""

    status = 412
    code = "precondition_failed"
    title = "The resource has another version than If-Match"


class PayloadTooLarge(ApiError):
    """The body is larger than the API accepts."""

    status = 413
    code = "payload_too_large"
    title = "Request body is limited to 100kb in size"


class UnsupportedMediaType(ApiError):
    """The body is not declared as JSON in UTF-8."""

    status = 415
    code = "unsupported_media_type"
    title = "Content-Type must be application/json"


class UnprocessableRequest(ApiError):
    """The request is valid, but contradicts an earlier one."""

    status = 422
    code = "unprocessable_request"
    title = "The request contradicts an earlier one"


class Locked(ApiError):
    """The conversation accepts no more messages until some are deleted."""

    status = 423
    code = "locked"
    title = "Message limit of 30000 per conversation reached."


class RateLimited(ApiError):
    """The app exceeded its rate limit; `Retry-After` is the time until the next request is allowed."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"


class HeadersTooLarge(ApiError):
    """The request line and headers are larger than the server accepts."""

    status = 431
    code = "headers_too_large"
    title = "Request headers are too large"


class ServerError(ApiError):
    """The server failed to process the request."""


class ServiceUnavailable(ServerError):
    """The database is unavailable; if it failed during a commit, the outcome is unknown."""

    status = 503
    code = "service_unavailable"
    title = "Service unavailable"

    def __init__(self, *titles: str) -> None:
        super().__init__(*titles, headers={"retry-after": "1"})
