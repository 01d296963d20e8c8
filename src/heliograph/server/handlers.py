"""The routes: operations of the table with the handlers that are bound to them.

    @handles(JOIN_CONVERSATION)
    async def join(request: Request[ConversationPath, ParticipantJoinBody]) -> ParticipantResponse: ...

A handler whose types differ from those of its operation is a type error.

The handler of a write runs in the transaction that stores its response, if the request has an idempotency key. Then it
may await nothing but the store. A handler that must await something else first, or whose write joins a batch, is bound
by `writes`: it returns the write, which makes the response.

    @writes(LEAVE_CONVERSATION)
    async def leave(request: Request[ConversationPath, ParticipantLeaveBody]) -> BatchWrite[Empty]: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import Struct

from heliograph.domain.writes import Write
from heliograph.server.http.bodies import BodyReader, reader_of
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.request import Request
from heliograph.server.http.responses import Responder, responder_of
from heliograph.settings import Settings
from heliograph.wire.operations import Operation

P = TypeVar("P", bound=Struct)
B = TypeVar("B")
R = TypeVar("R")

Handler = Callable[[Request[P, B]], Awaitable[R]]
Preparer = Callable[[Request[P, B]], Awaitable[Write[R]]]


@dataclass(slots=True)
class Route(Generic[P, B, R]):
    """An operation with its body reader, its handler, and its responder."""

    operation: Operation[P, B, R]
    read: BodyReader[B]
    handle: Handler[P, B, R]
    respond: Responder[R]
    prepare: Preparer[P, B, R] | None = None
    """Returns the write that `handle` performs, if it is bound by `writes`."""

    def showing(self, change: Callable[[Request[P, B], R], Any]) -> Route[P, B, Any]:
        """The route, with `change` applied to the result of its handler."""
        return Route(
            self.operation,
            self.read,
            partial(_changed, self.handle, change),
            self.respond,
            None if self.prepare is None else partial(_prepared, self.prepare, change),
        )

    def after(self, prepare: Callable[[], Awaitable[None]]) -> Route[P, B, R]:
        """The route, with a function that is awaited once the body has arrived."""
        return replace(self, read=partial(_read_first, self.read, prepare))


async def _read_first(
    read: BodyReader[B], prepare: Callable[[], Awaitable[None]], exchange: Exchange, settings: Settings
) -> B:
    body = await read(exchange, settings)
    await prepare()
    return body


async def _changed(handle: Handler[P, B, R], change: Callable[[Request[P, B], R], Any], request: Request[P, B]) -> Any:
    return change(request, await handle(request))


async def _prepared(
    prepare: Preparer[P, B, R], change: Callable[[Request[P, B], R], Any], request: Request[P, B]
) -> Write[Any]:
    return (await prepare(request)).showing(partial(change, request))


async def _perform(prepare: Preparer[P, B, R], request: Request[P, B]) -> R:
    return await (await prepare(request)).perform(request.store)


ROUTES: dict[str, Route[Any, Any, Any]] = {}
"""The routes by operation name."""


def handles(operation: Operation[P, B, R]) -> Callable[[Handler[P, B, R]], Handler[P, B, R]]:
    """Bind the decorated function to an operation as its handler."""

    def register(handler: Handler[P, B, R]) -> Handler[P, B, R]:
        assert operation.name not in ROUTES, f"{operation.name} already has a handler"
        ROUTES[operation.name] = Route(operation, reader_of(operation), handler, responder_of(operation))
        return handler

    return register


def writes(operation: Operation[P, B, R]) -> Callable[[Preparer[P, B, R]], Preparer[P, B, R]]:
    """Bind the decorated function, which returns the write of a request, to an operation as its handler."""

    def register(prepare: Preparer[P, B, R]) -> Preparer[P, B, R]:
        handles(operation)(partial(_perform, prepare))
        ROUTES[operation.name].prepare = prepare
        return prepare

    return register
