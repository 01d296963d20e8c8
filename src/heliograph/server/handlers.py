"""The registry that ties handlers to the rows of the operations table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from heliograph.server.http.request import Request
from heliograph.wire.base import Answer

Handler = Callable[[Request], Awaitable[Answer]]
H = TypeVar("H", bound=Handler)

HANDLERS: dict[str, Handler] = {}


def handles(operation: str) -> Callable[[H], H]:
    """Make a function the handler of the operation of this name."""

    def register(handler: H) -> H:
        assert operation not in HANDLERS, f"{operation} has a handler"
        HANDLERS[operation] = handler
        return handler

    return register
