"""Requests without a response, or with one that cannot be decoded."""

from __future__ import annotations

from heliograph.errors.base import HeliographError


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
