"""The routes: operations of the table with the handlers that are bound to them.

    @handles(JOIN_CONVERSATION)
    async def join(request: Request[ConversationPath, ParticipantJoinBody]) -> ParticipantResponse: ...

A handler whose types differ from those of its operation is a type error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from heliograph.server.http.bodies import BodyReader, reader_of
from heliograph.server.http.request import Request
from heliograph.server.http.responses import Responder, responder_of
from heliograph.wire.operations import Operation

P = TypeVar("P", bound=Struct)
B = TypeVar("B")
R = TypeVar("R")

Handler = Callable[[Request[P, B]], Awaitable[R]]


@dataclass(slots=True)
class Route(Generic[P, B, R]):
    """An operation with its body reader, its handler, and its responder."""

    operation: Operation[P, B, R]
    read: BodyReader[B]
    handle: Handler[P, B, R]
    respond: Responder[R]


ROUTES: dict[str, Route[Any, Any, Any]] = {}
"""The routes by operation name."""


def handles(operation: Operation[P, B, R]) -> Callable[[Handler[P, B, R]], Handler[P, B, R]]:
    """Bind the decorated function to an operation as its handler."""

    def register(handler: Handler[P, B, R]) -> Handler[P, B, R]:
        assert operation.name not in ROUTES, f"{operation.name} already has a handler"
        ROUTES[operation.name] = Route(operation, reader_of(operation), handler, responder_of(operation))
        return handler

    return register
