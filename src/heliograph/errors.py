"""The one tree of errors that crosses the wire.

Every refusal of the API is a class here: `status` and `code` are what the answer carries, `title` the text that
stands in it unless the raiser names a better one. The server renders them; the client raises the same classes again.

    HeliographError
    ├── UsageError              the command line or the configuration is wrong
    ├── InvalidArgument         a call of the client that is wrong before anything is sent
    ├── ApiError                an answer with `{"errors": [{"code", "title"}, …]}`
    │   ├── BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, MethodNotAllowed 405,
    │   │   RequestTimeout 408, Conflict 409, PayloadTooLarge 413, UnsupportedMediaType 415, Locked 423,
    │   │   RateLimited 429, HeadersTooLarge 431
    │   └── ServerError 500, ServiceUnavailable 503
    ├── TransportError          no answer came
    │   └── ConnectionFailed, Timeout, ClientUnusable
    └── DecodeError             an answer came that cannot be read
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class HeliographError(Exception):
    """Everything this package raises on purpose."""


class UsageError(HeliographError):
    """Heliograph was asked for something it cannot do: one clear line, exit status 2."""


class InvalidArgument(HeliographError, ValueError):
    """A call of the client is wrong; nothing was sent."""


class ErrorItem(NamedTuple):
    """One entry of the `errors` of an answer."""

    code: str
    title: str


class ApiError(HeliographError):
    """An answer that is not a success.

    `operation` and what follows are set where the answer was received: the name of the operation, every entry of the
    answer, the id under which the server logged it, the seconds after which to try again (None if it named none), the
    text of the answer, and how often it was tried.
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
        said = "; ".join(self.titles)
        if self.operation is None:
            return said
        request = f", request {self.request_id}" if self.request_id else ""
        return f"{self.status} {self.code}: {said} ({self.operation}{request})"


class BadRequest(ApiError):
    """The request breaks a rule; one title per violation."""

    status = 400
    code = "bad_request"
    title = "Bad request"


class InvalidPage(BadRequest):
    """The `page` parameters break a rule of cursor pagination."""

    title = "Invalid page query parameters"


class TooManyParticipants(BadRequest):
    """The conversation has reached its limit of participants."""

    # 400 and not 409: the API document's example of this title carries bad_request.
    title = "Too many participants"


class NotAGroup(BadRequest):
    """Joining and leaving is for sdkGroup conversations."""

    title = "Only conversations of type sdkGroup can be joined or left"


class NotACustomIntegration(BadRequest):
    """Only custom integrations have API keys."""

    title = "API keys are available only for custom integrations"


class OnlyOneSwitchboard(BadRequest):
    """The app has a switchboard already."""

    title = "Only one switchboard can be created per app"


class TooManySwitchboardIntegrations(BadRequest):
    """The switchboard has reached its limit of integrations."""

    code = "too_many_switchboard_integrations"
    title = "Switchboard has reached the max number of switchboard integrations (10)"


class Unauthorized(ApiError):
    """No credentials, or credentials that prove nothing; all such cases answer alike."""

    status = 401
    code = "unauthorized"
    title = "Authorization is required"

    def __init__(self, *titles: str) -> None:
        super().__init__(*titles, headers={"www-authenticate": "Basic, Bearer"})


class Forbidden(ApiError):
    """The credentials are good and do not reach this far."""

    status = 403
    code = "forbidden"
    title = "Forbidden"


class NotFound(ApiError):
    """There is no such thing, or no such path."""

    status = 404
    code = "not_found"
    title = "Resource not found"


class NotAMember(NotFound):
    """The user is not a participant of the conversation."""

    title = "User is not a member of the conversation"


class AppNotFound(NotFound):
    """There is no such app."""

    code = "app_not_found"
    title = "App not found"


class ConversationNotFound(NotFound):
    """There is no such conversation in this app."""

    code = "conversation_not_found"
    title = "Conversation not found"


class UserNotFound(NotFound):
    """There is no such user in this app."""

    code = "user_not_found"
    title = "User not found"


class ClientNotFound(NotFound):
    """The user has no such client."""

    code = "client_not_found"
    title = "Client not found"


class AttachmentNotFound(NotFound):
    """There is no such attachment in this app."""

    title = "Attachment not found"


class MessageNotFound(NotFound):
    """There is no such message in this conversation."""

    title = "Message not found"


class DeviceNotFound(NotFound):
    """The user has no such device."""

    code = "device_not_found"
    title = "Device not found"


class IntegrationNotFound(NotFound):
    """There is no such integration in this app."""

    code = "integration_not_found"
    title = "Integration not found"


class SwitchboardNotFound(NotFound):
    """There is no such switchboard in this app."""

    code = "switchboard_not_found"
    title = "Switchboard not found"


class SwitchboardIntegrationNotFound(NotFound):
    """There is no such integration in the switchboard."""

    code = "switchboard_integration_not_found"
    title = "SwitchboardIntegration not found"


class MethodNotAllowed(ApiError):
    """The path exists, the method does not; `Allow` names those that do."""

    status = 405
    code = "method_not_allowed"
    title = "Method not allowed"


class RequestTimeout(ApiError):
    """The body did not arrive in time."""

    status = 408
    code = "request_timeout"
    title = "The request body did not arrive in time"


class Conflict(ApiError):
    """What was to be created is there already."""

    status = 409
    code = "conflict"
    title = "Conflict"


class UserAlreadyExists(Conflict):
    """Another user of the app has this external id."""

    title = "User already exists"


class PayloadTooLarge(ApiError):
    """The body is larger than the API takes."""

    status = 413
    code = "payload_too_large"
    title = "Request body is limited to 100kb in size"


class UnsupportedMediaType(ApiError):
    """The body is not declared to be JSON."""

    status = 415
    code = "unsupported_media_type"
    title = "Content-Type must be application/json"


class Locked(ApiError):
    """The conversation takes no more messages until some are deleted."""

    status = 423
    code = "locked"
    title = "Message limit of 30000 per conversation reached."


class RateLimited(ApiError):
    """The app sent more requests than its limit allows; `Retry-After` says when to come back."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"


class HeadersTooLarge(ApiError):
    """The request line and headers are larger than the server takes."""

    status = 431
    code = "headers_too_large"
    title = "Request headers are too large"


class ServerError(ApiError):
    """Something went wrong on the server's side."""


class ServiceUnavailable(ServerError):
    """The database cannot take the request now; if it failed in the middle of a commit, the outcome is unknown."""

    status = 503
    code = "service_unavailable"
    title = "Service unavailable"

    def __init__(self, *titles: str) -> None:
        super().__init__(*titles, headers={"retry-after": "1"})


class TransportError(HeliographError):
    """No answer came. `sent` is False where the request surely never reached the server."""

    def __init__(self, message: str, operation: str | None = None, *, sent: bool = True, attempts: int = 1) -> None:
        super().__init__(message, operation)
        self.message = message
        self.operation = operation
        self.sent = sent
        self.attempts = attempts

    def __str__(self) -> str:
        return self.message if self.operation is None else f"{self.message} ({self.operation})"


class ConnectionFailed(TransportError):
    """The connection could not be made, or broke before the answer was complete."""


class Timeout(TransportError):
    """There was no answer in time."""


class ClientUnusable(TransportError):
    """The client is closed, or cannot be used in this process or event loop. `sent` is False."""


class DecodeError(HeliographError):
    """An answer came that is not what this API answers; `status`, `body` and `request_id` tell of it."""

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
