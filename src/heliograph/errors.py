"""The exceptions of Heliograph, shared by server and client.

Each error response of the API is a class with its `status`, its `code` and a default `title`. The server renders it
into a response; the client raises the same class for that response.

    HeliographError
    ├── UsageError              invalid command line or configuration
    ├── InvalidArgument         invalid arguments of a client call; nothing was sent
    ├── ApiError                a response with `{"errors": [{"code", "title"}, …]}`
    │   ├── BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, MethodNotAllowed 405,
    │   │   RequestTimeout 408, Conflict 409, PayloadTooLarge 413, UnsupportedMediaType 415, Locked 423,
    │   │   RateLimited 429, HeadersTooLarge 431
    │   └── ServerError 500, ServiceUnavailable 503
    ├── TransportError          no response
    │   └── ConnectionFailed, Timeout, ClientUnusable
    └── DecodeError             a response that cannot be decoded
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class HeliographError(Exception):
    """The base class of all exceptions of this package."""


class UsageError(HeliographError):
    """Invalid command line or configuration: printed as one line, with exit status 2."""


class InvalidArgument(HeliographError, ValueError):
    """A client call has invalid arguments; nothing was sent."""


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


class InvalidPage(BadRequest):
    """The `page` parameters are not valid."""

    title = "Invalid page query parameters"


class TooManyParticipants(BadRequest):
    """The conversation has the maximum number of participants."""

    # 400 and not 409: the API document's example of this title carries bad_request.
    title = "Too many participants"


class NotAGroup(BadRequest):
    """Only sdkGroup conversations can be joined or left."""

    title = "Only conversations of type sdkGroup can be joined or left"


class NotACustomIntegration(BadRequest):
    """Only custom integrations have API keys."""

    title = "API keys are available only for custom integrations"


class OnlyOneSwitchboard(BadRequest):
    """The app already has a switchboard."""

    title = "Only one switchboard can be created per app"


class TooManySwitchboardIntegrations(BadRequest):
    """The switchboard has the maximum number of integrations."""

    code = "too_many_switchboard_integrations"
    title = "Switchboard has reached the max number of switchboard integrations (10)"


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


class NotAMember(NotFound):
    """The user is not a participant of the conversation."""

    title = "User is not a member of the conversation"


class AppNotFound(NotFound):
    """The app does not exist."""

    code = "app_not_found"
    title = "App not found"


class ConversationNotFound(NotFound):
    """The conversation does not exist in this app."""

    code = "conversation_not_found"
    title = "Conversation not found"


class UserNotFound(NotFound):
    """The user does not exist in this app."""

    code = "user_not_found"
    title = "User not found"


class ClientNotFound(NotFound):
    """The user does not have this client."""

    code = "client_not_found"
    title = "Client not found"


class AttachmentNotFound(NotFound):
    """The attachment does not exist in this app."""

    title = "Attachment not found"


class MessageNotFound(NotFound):
    """The message does not exist in this conversation."""

    title = "Message not found"


class DeviceNotFound(NotFound):
    """The user does not have this device."""

    code = "device_not_found"
    title = "Device not found"


class IntegrationNotFound(NotFound):
    """The integration does not exist in this app."""

    code = "integration_not_found"
    title = "Integration not found"


class SwitchboardNotFound(NotFound):
    """The switchboard does not exist in this app."""

    code = "switchboard_not_found"
    title = "Switchboard not found"


class SwitchboardIntegrationNotFound(NotFound):
    """The integration does not exist in the switchboard."""

    code = "switchboard_integration_not_found"
    title = "SwitchboardIntegration not found"


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
    """The resource already exists."""

    status = 409
    code = "conflict"
    title = "Conflict"


class UserAlreadyExists(Conflict):
    """Another user of the app already has this external id."""

    title = "User already exists"


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


class TransportError(HeliographError):
    """There was no response. `sent` is False if the request certainly did not reach the server."""

    def __init__(self, message: str, operation: str | None = None, *, sent: bool = True, attempts: int = 1) -> None:
        super().__init__(message, operation)
        self.message = message
        self.operation = operation
        self.sent = sent
        self.attempts = attempts

    def __str__(self) -> str:
        return self.message if self.operation is None else f"{self.message} ({self.operation})"


class ConnectionFailed(TransportError):
    """The connection could not be opened, or broke before the response was complete."""


class Timeout(TransportError):
    """There was no response in time."""


class ClientUnusable(TransportError):
    """The client is closed, or belongs to another process or event loop. `sent` is False."""


class DecodeError(HeliographError):
    """The response is not one of this API; `status`, `body` and `request_id` describe it."""

    def __init__(
        self,
        message: str,
        operation: str | None = None,
        *,
        status: int = 0,
        body: str = "",
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, operation)
        self.message, self.operation = message, operation
        self.status, self.body, self.request_id = status, body, request_id

    def __str__(self) -> str:
        return self.message if self.operation is None else f"{self.message} ({self.operation})"
