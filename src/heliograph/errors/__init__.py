"""The exceptions of Heliograph, shared by server and client.

Each error response of the API is a class with its `status`, its `code` and a default `title`. The server renders it
into a response; the client raises the same class for that response.

    HeliographError
    ├── UsageError              invalid command line or configuration
    ├── InvalidArgument         invalid arguments of a client call; nothing was sent
    ├── ApiError                a response with `{"errors": [{"code", "title"}, …]}`
    │   ├── BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, MethodNotAllowed 405,
    │   │   RequestTimeout 408, Conflict 409, PreconditionFailed 412, PayloadTooLarge 413, UnsupportedMediaType 415,
    │   │   UnprocessableRequest 422,
    │   │   Locked 423, RateLimited 429, HeadersTooLarge 431
    │   └── ServerError 500, ServiceUnavailable 503
    ├── TransportError          no response
    │   └── ConnectionFailed, Timeout, ClientUnusable
    └── DecodeError             a response that cannot be decoded
"""

from __future__ import annotations

from heliograph.errors.base import (
    HeliographError,
    InvalidArgument,
    UsageError,
)
from heliograph.errors.codes import (
    AppNotFound,
    AttachmentNotFound,
    ClientNotFound,
    ConversationNotFound,
    DeviceNotFound,
    IdempotencyKeyReuse,
    IntegrationNotFound,
    InvalidClient,
    InvalidControlAction,
    InvalidControlTarget,
    InvalidGrant,
    InvalidPage,
    InvalidTokenRequest,
    MessageNotFound,
    NotACustomIntegration,
    NotAGroup,
    NotAMember,
    OAuthClientAlreadyExists,
    OAuthClientNotFound,
    OAuthError,
    OnlyOneSwitchboard,
    SnapshotNotFound,
    SupportUserNotFound,
    SwitchboardIntegrationNotFound,
    SwitchboardNotFound,
    TooManyParticipants,
    TooManySwitchboardIntegrations,
    UnsupportedGrantType,
    UserAlreadyExists,
    UserNotFound,
)
from heliograph.errors.statuses import (
    ApiError,
    BadRequest,
    Conflict,
    ErrorItem,
    Forbidden,
    HeadersTooLarge,
    Locked,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    RateLimited,
    RequestTimeout,
    ServerError,
    ServiceUnavailable,
    Unauthorized,
    UnprocessableRequest,
    UnsupportedMediaType,
)
from heliograph.errors.transport import (
    ClientUnusable,
    ConnectionFailed,
    DecodeError,
    Timeout,
    TransportError,
)

__all__ = [
    "ApiError",
    "AppNotFound",
    "AttachmentNotFound",
    "BadRequest",
    "ClientNotFound",
    "ClientUnusable",
    "Conflict",
    "ConnectionFailed",
    "ConversationNotFound",
    "DecodeError",
    "DeviceNotFound",
    "ErrorItem",
    "Forbidden",
    "HeadersTooLarge",
    "HeliographError",
    "IdempotencyKeyReuse",
    "IntegrationNotFound",
    "InvalidArgument",
    "InvalidClient",
    "InvalidControlAction",
    "InvalidControlTarget",
    "InvalidGrant",
    "InvalidPage",
    "InvalidTokenRequest",
    "Locked",
    "MessageNotFound",
    "MethodNotAllowed",
    "NotACustomIntegration",
    "NotAGroup",
    "NotAMember",
    "NotFound",
    "OAuthClientAlreadyExists",
    "OAuthClientNotFound",
    "OAuthError",
    "OnlyOneSwitchboard",
    "PayloadTooLarge",
    "PreconditionFailed",
    "RateLimited",
    "RequestTimeout",
    "ServerError",
    "ServiceUnavailable",
    "SnapshotNotFound",
    "SupportUserNotFound",
    "SwitchboardIntegrationNotFound",
    "SwitchboardNotFound",
    "Timeout",
    "TooManyParticipants",
    "TooManySwitchboardIntegrations",
    "TransportError",
    "Unauthorized",
    "UnprocessableRequest",
    "UnsupportedGrantType",
    "UnsupportedMediaType",
    "UsageError",
    "UserAlreadyExists",
    "UserNotFound",
]

# Tracebacks and pickles name the module that programs import from.
for _name in __all__:
    globals()[_name].__module__ = __name__
