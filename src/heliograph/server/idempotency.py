"""Routes whose requests have an idempotency key: their responses are stored, and retries get the stored one.

The write of a request and its response are one commit. `domain/idempotency.py` has the rules, and this module makes the
responses inside the transactions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain import idempotency
from heliograph.domain.idempotency import IdempotencyKey, Result
from heliograph.domain.tenants import Caller, IntegrationCaller, session_of
from heliograph.errors import (
    ApiError,
    BadRequest,
    Forbidden,
    IdempotencyKeyReuse,
    PayloadTooLarge,
    RateLimited,
    RequestTimeout,
    Unauthorized,
    UnsupportedMediaType,
)
from heliograph.server.handlers import Route
from heliograph.server.http.digests import Digested, Hash, digesting_reader_of
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.request import Request
from heliograph.server.http.responses import JSON_TYPE, HttpResponse, error_response
from heliograph.server.transactional import TransactionalRequest
from heliograph.settings import Settings
from heliograph.storage.bound import BoundStore
from heliograph.storage.engine import Tx
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.wire.table.extensions.people import ERASE_USER
from heliograph.wire.table.v2.apps import DELETE_APP

AnyRoute = Route[Any, Any, Any]
AnyRequest = Request[Any, Any]

HEADER = b"idempotency-key"
_REPLAYED = (b"idempotent-replayed", b"true")
_TOKEN = re.compile(rb"[!#-+\--~]{1,255}\Z")
_STRING = re.compile(rb'"((?:[ !#-\[\]-~]|\\["\\]){1,510})"\Z')
_ESCAPED = re.compile(rb"\\(.)")
_LONGEST = 255
_RUNNING = 202
_MALFORMED = (
    'Idempotency-Key should be a string in quotes, such as "8e03978e-40d5", or a token without blanks and commas, of '
    f"up to {_LONGEST} ASCII characters"
)
# They depend on the credential, or on the transmission of the request, and not on its contents.
_NOT_STORED = (
    Unauthorized,
    Forbidden,
    RequestTimeout,
    PayloadTooLarge,
    UnsupportedMediaType,
    IdempotencyKeyReuse,
    RateLimited,
)


class KeyedBody(Struct):
    """A body with the key of its request, and the hash of the bytes that were read."""

    key: str
    content: Any
    hash: Hash


def with_keys(routes: dict[str, AnyRoute]) -> dict[str, AnyRoute]:
    """The routes for requests with an idempotency key. Routes of reads ignore the key."""
    return {name: _with_key(route) for name, route in routes.items()}


def _with_key(route: AnyRoute) -> AnyRoute:
    operation = route.operation
    if not operation.takes_key:
        return route
    read = partial(_read, digesting_reader_of(operation))
    return Route(operation, read, partial(_handle, route), _identity)


async def _identity(response: HttpResponse) -> HttpResponse:
    return response


async def _read(
    read: Callable[[Exchange, Settings], Awaitable[Digested[Any]]], exchange: Exchange, settings: Settings
) -> KeyedBody:
    key = key_in(exchange)
    digested = await read(exchange, settings)
    return KeyedBody(key, digested.content, digested.hash)


def key_in(exchange: Exchange) -> str:
    """The key in the header of a request.

    Raises:
        BadRequest: it is not valid, or given more than once.
    """
    first, *others = [value for name, value in exchange.header_list if name == HEADER]
    if others:
        raise BadRequest("Idempotency-Key should be given once")
    return parse_key(first.strip(b" \t"))


def parse_key(value: bytes) -> str:
    """The key in a header: a string of structured fields (RFC 9651), or a token.

    Raises:
        BadRequest: it is neither.
    """
    if _TOKEN.match(value):
        return value.decode("ascii")
    if (found := _STRING.match(value)) is None:
        raise BadRequest(_MALFORMED)
    key = _ESCAPED.sub(rb"\1", found[1]) if b"\\" in value else found[1]
    if len(key) > _LONGEST:
        raise BadRequest(_MALFORMED)
    return key.decode("ascii")


async def _handle(route: AnyRoute, request: Request[Any, KeyedBody]) -> HttpResponse:
    keyed, request.body = request.body, request.body.content
    key = partial(_key, request, keyed)
    try:
        result = await _result(route, request, key)
    except ApiError as error:
        if error.status >= 500 or isinstance(error, _NOT_STORED):
            raise
        refused = _stored(error_response(error))
        result = await request.store.write(idempotency.settle, key(), refused)
    request.response_headers.clear()
    return _response(result)


async def replayed_deletion(store: Store, exchange: Exchange, caller: Caller) -> HttpResponse | None:
    """The stored response to the deletion of an app that no longer exists, or None.

    Raises:
        BadRequest, IdempotencyKeyReuse: the key is not valid, or that of another request.
    """
    if HEADER not in exchange.headers:
        return None
    body = KeyedBody(key_in(exchange), None, hashlib.sha256())
    result = await store.read(idempotency.find, _key_of(exchange, caller, "", body, store.sealer))
    return None if result is None else _response(result)


def _key(request: AnyRequest, body: KeyedBody) -> IdempotencyKey:
    """The key of a request. An upload must have been read, because the digest covers it."""
    # The rows of a deleted app are deleted too.
    of_app = request.app_tenant is not None and request.operation is not DELETE_APP
    app_id = request.tenant.app_id if of_app else ""
    return _key_of(request.exchange, request.known_caller, app_id, body, request.store.sealer)


def _key_of(exchange: Exchange, caller: Caller | None, app_id: str, body: KeyedBody, sealer: Sealer) -> IdempotencyKey:
    """The digest also covers the integration and the role of the session, because responses depend on them."""
    session = session_of(caller)
    who = caller.integration_id if isinstance(caller, IntegrationCaller) else session.role if session else ""
    parts = (exchange.method.encode(), exchange.raw_path, exchange.query_string, who.encode())
    digest = hashlib.sha256(body.hash.digest() + b"\0".join(parts)).digest()
    return IdempotencyKey((app_id, body.key), digest, sealer)


async def _result(route: AnyRoute, request: AnyRequest, key: Callable[[], IdempotencyKey]) -> Result:
    """The stored result of a request. If there is no stored result yet, runs the request and stores its result.

    Raises:
        ApiError: the request is refused. Nothing was changed, and nothing is stored.
    """
    if route.operation.stored_afterwards:
        return await _stored_afterwards(route, request, key())
    if route.prepare is None:
        return await _handled(route, request, key())
    write = await route.prepare(request)
    return await write.perform_once(request.store, key(), _RequestResults(route, request))


async def _stored_afterwards(route: AnyRoute, request: AnyRequest, key: IdempotencyKey) -> Result:
    """Run the handler, and then store its result in another transaction.

    Sandbox tools change memory, the clock or files, which no transaction includes. An erasure takes many transactions,
    and can be repeated.
    """
    if (known := await request.store.read(idempotency.find, key)) is not None:
        return known
    result = _stored(await route.respond(await route.handle(request)), request)
    if result.status == _RUNNING and route.operation is ERASE_USER:
        return result  # a retry continues the erasure
    return await request.store.write(idempotency.settle, key, result)


async def _handled(route: AnyRoute, request: AnyRequest, key: IdempotencyKey) -> Result:
    """Run the handler in the transaction that stores its result."""
    store, effects = request.store, list[Callable[[], None]]()

    async def run(tx: Tx) -> Result:
        effects.clear()
        inner = TransactionalRequest.of(request, BoundStore(store, tx), effects)
        return _stored(await route.respond(await route.handle(inner)), inner)

    while (result := await store.write(idempotency.run_once, key, run)) is None:
        pass
    for effect in effects:
        effect()
    return result


class _RequestResults(Struct, frozen=True):
    """Makes the result of a request from what its write returns."""

    route: AnyRoute
    request: AnyRequest

    def begin(self) -> None:
        """Drop the headers that an earlier attempt added."""
        self.request.response_headers.clear()

    async def of(self, response: Any) -> Result:
        """The result for a response."""
        return _stored(await self.route.respond(response), self.request)

    def of_refusal(self, refusal: ApiError) -> Result:
        """The result for an error."""
        return replace(_stored(error_response(refusal)), is_lasting=not isinstance(refusal, _NOT_STORED))


def _stored(response: HttpResponse, request: AnyRequest | None = None) -> Result:
    if request is not None and request.response_headers:
        response.add_headers(request.response_headers)
    plain = response.headers == [JSON_TYPE]
    headers = None if plain else [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    return Result(response.status, headers, response.body)


def _response(result: Result) -> HttpResponse:
    stored = result.headers
    headers = (
        [JSON_TYPE] if stored is None else [(name.encode("latin-1"), value.encode("latin-1")) for name, value in stored]
    )
    if result.is_replay:
        headers.append(_REPLAYED)
    return HttpResponse(result.status, headers, result.body)
