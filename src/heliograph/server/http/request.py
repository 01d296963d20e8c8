"""A request of the API, its body read within bounds, and the one renderer of errors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from heliograph import ids
from heliograph.domain.networks import Network, networks_of
from heliograph.domain.tenants import Tenant
from heliograph.errors import ApiError, PayloadTooLarge, RequestTimeout, UnsupportedMediaType
from heliograph.server.http.urls import Urls
from heliograph.server.query import Query
from heliograph.settings import Settings
from heliograph.storage.store import Store
from heliograph.wire.operations import Operation
from heliograph.wire.paging import Links, Page, PageMeta, Slice, page_meta, parse_page

Headers = dict[bytes, bytes]
"""The headers of a request by their names in lower case; of one that is repeated, the last."""
HeaderList = list[tuple[bytes, bytes]]

BODY_LIMIT = 102_400  # 100kb, as the API document's limits count it
BODY_SECONDS = 30

CONNECTION = "heliograph.connection"
"""The extension in the scope of our own protocol that holds its connection."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}\Z")
_JSON = re.compile(rb"application/(?:[a-z0-9.+-]+\+)?json\s*(?:;|\Z)", re.IGNORECASE)
_PLAIN_JSON = b"application/json"
_CHARSET = re.compile(rb";\s*charset\s*=\s*\"?\s*([^\s\";]*)", re.IGNORECASE)
# US-ASCII is UTF-8 too.
_UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii", b"")
_NAME = re.compile(rb"[A-Za-z0-9._:+-]{1,40}\Z")
_CONTENT_TYPE = (b"content-type", b"application/json")


class Disconnected(Exception):
    """The caller went away before the request was complete: there is nobody to answer, and nothing to do."""


class Connection:
    """What a request knows of the connection that it came by; this one knows nothing."""

    __slots__ = ()

    def arrived(self) -> bool:
        """Whether the whole body of the request has come."""
        return False

    def trust(self) -> None:
        """A request was authenticated."""


_SOME_CONNECTION = Connection()


class Error(Struct):
    """One thing that is wrong."""

    code: str
    title: str


class ErrorResponse(Struct):
    """What every answer that is not a success carries."""

    errors: list[Error]


@dataclass(slots=True)
class Request:
    """A call of an operation by somebody who may make it."""

    operation: Operation
    path: dict[str, str]
    query: Query
    body: Any
    tenant: Tenant
    scope: Scope
    headers: Headers
    store: Store
    settings: Settings
    urls: Urls
    revoke: Callable[[], None]
    """To be called when a key or an app was removed: what is remembered of callers is forgotten."""
    recheck: Callable[[], Awaitable[None]]
    """Fails once the caller or the app is not there any more."""

    @property
    def page(self) -> Page:
        """The page that is asked for.

        Raises:
            InvalidPage: the parameters break a rule.
        """
        return parse_page(self.query.page)

    @property
    def url(self) -> str:
        """The URL of this request, as the caller knows it, without its query."""
        path = self.scope["raw_path"].decode("latin-1").strip("/")
        return f"{self.urls.base(self.scope, self.headers)}/{path}"

    @property
    def brand_id(self) -> str | None:
        """The brand in which an external id is to be looked up."""
        return self.query.plain.get("brandId")

    @property
    def webhook_networks(self) -> tuple[Network, ...]:
        """The networks that are not public, and in which webhooks may be all the same."""
        return networks_of(self.settings, embedded=not self.store.shared)

    def neighbours(self, found: Slice[Any]) -> tuple[PageMeta, Links | None]:
        """The `meta` and the `links` of a page of records that have ids."""
        if not found.records and found.first is None:
            return PageMeta(has_more=False), None
        first = found.first or found.records[0].id
        last = found.last or found.records[-1].id
        meta = page_meta(self.page, first, last, precedes=found.precedes, follows=found.follows)
        return meta, links_of(self, meta)


def request_id_of(headers: Headers) -> str:
    """The caller's X-Request-Id if it is a sane one, else a new id."""
    given = headers.get(b"x-request-id")
    return given.decode() if given is not None and _REQUEST_ID.match(given) else ids.new()


def connection_of(scope: Scope) -> Connection:
    """The connection that a request came by."""
    connection: Connection = scope.get("extensions", {}).get(CONNECTION, _SOME_CONNECTION)
    return connection


async def read_body(connection: Connection, headers: Headers, receive: Receive) -> bytes:
    """The whole body of a request, never holding more of it than the limit.

    Raises:
        PayloadTooLarge: it is longer than the limit.
        RequestTimeout: it does not arrive in time.
        Disconnected: the caller went away.
    """
    length = headers.get(b"content-length")
    if length is not None and int(length) > BODY_LIMIT:
        raise PayloadTooLarge
    return await (_read(receive) if connection.arrived() else _read_in_time(receive))


def require_json(headers: Headers) -> None:
    """See that a body is declared to be JSON in UTF-8, and as it is.

    Raises:
        UnsupportedMediaType: it is not; the title names what it is.
    """
    content_type = headers.get(b"content-type", b"")
    if content_type != _PLAIN_JSON:
        if not _JSON.match(content_type):
            raise UnsupportedMediaType
        charset = _CHARSET.search(content_type)
        if charset is not None and charset[1].lower() not in _UTF_8:
            raise UnsupportedMediaType(f"Charset{_named(charset[1])} is not supported: JSON must be encoded as UTF-8")
    coding = headers.get(b"content-encoding")
    if coding is not None and coding.strip().lower() not in (b"", b"identity"):
        title = f"Content-Encoding{_named(coding.strip())} is not supported: send the body uncompressed"
        raise UnsupportedMediaType(title, headers={"accept-encoding": "identity"})


def _named(value: bytes) -> str:
    """A name that the caller gave, if it is short and plain enough to be repeated."""
    return f" {value.decode()}" if _NAME.match(value) else ""


async def _read_in_time(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive)
    except TimeoutError:
        raise RequestTimeout from None


async def _read(receive: Receive) -> bytes:
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > BODY_LIMIT:
            raise PayloadTooLarge
        more = message.get("more_body", False)
    return b"".join(chunks)


async def respond(send: Send, status: int, body: bytes, request_id: str, headers: HeaderList) -> None:
    """Send a JSON answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                _CONTENT_TYPE,
                (b"content-length", str(len(body)).encode()),
                (b"x-request-id", request_id.encode()),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


def render(error: ApiError) -> tuple[bytes, HeaderList]:
    """The body and the headers of an error."""
    body = msgspec.json.encode(ErrorResponse([Error(error.code, title) for title in error.titles]))
    headers = [(name.encode(), value.encode()) for name, value in error.headers.items()]
    if isinstance(error, (PayloadTooLarge, RequestTimeout)):
        # What is left of the body is not waited for.
        headers.append((b"connection", b"close"))
    return body, headers


def links_of(request: Request, meta: PageMeta) -> Links | None:
    """Links to the neighbouring pages, with the size, the filter and the brand that the caller gave; None if none."""
    query = request.query
    given = [
        f"filter[{name}]={quote(query.filter[name], safe='')}"
        for name in request.operation.filters
        if name in query.filter
    ]
    if (size := query.page.get("size")) is not None:
        given.append(f"page[size]={size}")
    if request.brand_id is not None:
        given.append(f"brandId={quote(request.brand_id, safe='')}")

    url = request.url if meta.before_cursor or meta.after_cursor else ""

    def link(name: str, cursor: str | None) -> str | None:
        return f"{url}?{'&'.join([f'page[{name}]={cursor}', *given])}" if cursor else None

    links = Links(prev=link("before", meta.before_cursor), next=link("after", meta.after_cursor))
    return links if links.prev or links.next else None
