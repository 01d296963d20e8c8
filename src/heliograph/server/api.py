"""The API as an ASGI application: from a request to the one answer of its operation."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from heliograph.errors import (
    ApiError,
    BadRequest,
    MethodNotAllowed,
    NotFound,
    ServerError,
)
from heliograph.server.auth.authenticator import CACHE_SECONDS, Authenticator
from heliograph.server.auth.refusals import Refusal, refusal_of
from heliograph.server.handlers import HANDLERS
from heliograph.server.http.request import (
    Disconnected,
    HeaderList,
    Headers,
    Request,
    connection_of,
    read_body,
    render,
    require_json,
)
from heliograph.server.http.urls import Urls
from heliograph.server.query import parse_query
from heliograph.server.router import Router
from heliograph.server.routes import (
    apps,
    clients,
    conversations,
    deliveries,
    integrations,
    messages,
    participants,
    streams,
    users,
    webhooks,
)
from heliograph.server.routes.streams import EventStream
from heliograph.settings import Settings
from heliograph.storage.store import Store
from heliograph.wire.operations import Operation
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.validation import decode

ROUTES = (apps, clients, conversations, deliveries, integrations, messages, participants, streams, users, webhooks)

READING = ("GET", "HEAD")
"""The methods that change nothing."""
NOT_OFFERED = "This operation is not offered by this server"
EMPTY = "Request body is required"

log = logging.getLogger("heliograph.request")


@dataclass(slots=True)
class Reply:
    """What to answer, and to which operation, if the request got as far as one."""

    status: int
    body: bytes
    headers: HeaderList
    operation: Operation | None
    stream: EventStream | None = None
    """What goes on after the answer has begun, in the place of a body."""
    refusal: Refusal | None = None
    """Why the credential was refused, if it was."""
    app_id: str | None = None
    """The app that the request was about, if it was carried out."""


class Api:
    """Answers the operations of the table."""

    def __init__(self, store: Store, settings: Settings, urls: Urls, on_removal: Callable[[], None]) -> None:
        self._store = store
        self._settings = settings
        self._urls = urls
        self._auth = Authenticator(store)
        self._on_removal = on_removal
        self._router = Router((*OPERATIONS, *EXTENSIONS))
        self._encoder = msgspec.json.Encoder()

    async def reply(self, scope: Scope, headers: Headers, receive: Receive, request_id: str) -> Reply:
        """The answer to a request, whatever happens.

        Raises:
            Disconnected: there is nobody left to answer.
        """
        operation: Operation | None = None
        try:
            operation, path = self._find(scope)
            return await self._call(operation, path, scope, headers, receive)
        except ApiError as error:
            if error.status >= 500:
                log.warning("unavailable", extra={"request_id": request_id}, exc_info=error)
            return Reply(error.status, *render(error), operation, refusal=refusal_of(error))
        except Disconnected:
            raise
        except Exception as error:
            log.error("failed", extra={"request_id": request_id}, exc_info=error)
            return Reply(500, *render(ServerError()), operation)

    def _find(self, scope: Scope) -> tuple[Operation, dict[str, str]]:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        found = self._router.find(scope["raw_path"])
        if found is None:
            raise NotFound
        node, values = found
        if method in node.operations:
            operation, names = node.operations[method]
            if operation.offered:
                return operation, dict(zip(names, values, strict=True))
            raise NotFound(NOT_OFFERED)
        allowed = [name for name, (operation, _) in node.operations.items() if operation.offered]
        if not allowed:
            raise NotFound
        raise MethodNotAllowed(headers={"allow": ", ".join(allowed)})

    async def _call(
        self, operation: Operation, path: dict[str, str], scope: Scope, headers: Headers, receive: Receive
    ) -> Reply:
        authorization = headers.get(b"authorization")
        caller = await self._auth.caller(authorization)
        tenant = await self._auth.tenant(caller, operation, path.get("appId"), path.get("integrationId"))
        connection = connection_of(scope)
        connection.trust()
        body: Any = None
        # What may change something waits for the whole request, also for a body that is not asked for.
        if operation.body is not None or scope["method"] not in READING:
            started = time.monotonic()
            content = await read_body(connection, headers, receive)
            body = self._decode(operation, headers, content)
            if time.monotonic() - started > CACHE_SECONDS:
                # While the body took its time, the key may have been revoked and the app deleted.
                await self._auth.recheck(authorization, path.get("appId"))
        request = Request(
            operation=operation,
            path=path,
            query=parse_query(scope["query_string"]),
            body=body,
            tenant=tenant,
            scope=scope,
            headers=headers,
            store=self._store,
            settings=self._settings,
            urls=self._urls,
            revoke=self._revoke,
            recheck=partial(self._auth.recheck, authorization, path.get("appId")),
        )
        answer = await HANDLERS[operation.name](request)
        if isinstance(answer, EventStream):
            return Reply(operation.status, b"", [], operation, answer)
        return Reply(operation.status, self._encoder.encode(answer), [], operation, app_id=path.get("appId"))

    def _decode(self, operation: Operation, headers: Headers, content: bytes) -> Any:
        if operation.body is None:
            return None
        if content:
            require_json(headers)
        elif operation.body_optional:
            content = b"{}"
        else:
            raise BadRequest(EMPTY)
        return decode(content, operation.body, require_subscribe=self._settings.require_subscribe_sdk_client)

    def _revoke(self) -> None:
        self._auth.forget()
        self._on_removal()
