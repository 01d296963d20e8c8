"""A request of the API, as handlers take it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from msgspec import Struct
from starlette.types import Scope

from heliograph import ids
from heliograph.domain.networks import Network, networks_of
from heliograph.domain.tenants import Caller, Tenant
from heliograph.server.auth.authenticator import Authenticator
from heliograph.server.http.urls import Urls
from heliograph.server.query import Query
from heliograph.server.streams import Streams
from heliograph.settings import Settings
from heliograph.storage.store import Store
from heliograph.wire.operations import Operation
from heliograph.wire.paging import Links, Page, PageMeta, Slice, page_meta, parse_page
from heliograph.wire.paths import AppPath

P = TypeVar("P", bound=Struct, covariant=True)
B = TypeVar("B")

Headers = dict[bytes, bytes]
"""The headers of a request by their names in lower case; of one that is repeated, the last."""

CONNECTION = "heliograph.connection"
"""The extension in the scope of our own protocol that holds its connection."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}\Z")


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


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The parts of the server that handlers use. They are the same for every request."""

    store: Store
    settings: Settings
    urls: Urls
    auth: Authenticator
    streams: Streams
    on_removal: Callable[[], None]
    """Called when a key or an app was removed."""


@dataclass(slots=True)
class Request(Generic[P, B]):
    """A call of an operation by a caller that is allowed to make it.

    `P` is the type of the values in its path, and `B` that of its body.
    """

    operation: Operation[P, B, Any]
    path: P
    query: Query
    body: B
    caller: Caller
    admitted_to: Tenant | None
    """The app of the path with the key that acts in it; None for operations that are not about an app."""
    scope: Scope
    headers: Headers
    context: ServerContext

    @property
    def tenant(self: Request[AppPath, Any]) -> Tenant:
        """The app of the path, with the key that acts in it. Only operations with an app in their path have one."""
        assert self.admitted_to is not None
        return self.admitted_to

    @property
    def store(self) -> Store:
        """The store."""
        return self.context.store

    @property
    def settings(self) -> Settings:
        """The settings of the server."""
        return self.context.settings

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
        return f"{self.context.urls.base(self.scope, self.headers)}/{path}"

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
        return meta, self.links(meta)

    def links(self, meta: PageMeta) -> Links | None:
        """Links to the neighbouring pages, with the size, filter and brand of this request; None without neighbours."""
        if meta.before_cursor is None and meta.after_cursor is None:
            return None
        query = self.query
        given = [
            f"filter[{name}]={quote(query.filter[name], safe='')}"
            for name in self.operation.filters
            if name in query.filter
        ]
        if (size := query.page.get("size")) is not None:
            given.append(f"page[size]={size}")
        if self.brand_id is not None:
            given.append(f"brandId={quote(self.brand_id, safe='')}")
        url = self.url

        def link(name: str, cursor: str | None) -> str | None:
            return f"{url}?{'&'.join([f'page[{name}]={cursor}', *given])}" if cursor else None

        return Links(prev=link("before", meta.before_cursor), next=link("after", meta.after_cursor))

    def forget_callers(self) -> None:
        """Forget the callers that were authenticated lately, because a key or an app was removed."""
        self.context.auth.forget()
        self.context.on_removal()

    async def recheck(self) -> None:
        """Check the credential and the app again, some time after the request has begun.

        Raises:
            Unauthorized, Forbidden, AppNotFound: the key or the app has been removed.
        """
        await self.context.auth.recheck(self.headers.get(b"authorization"), self.path)


def request_id_of(headers: Headers) -> str:
    """The caller's X-Request-Id if it is a sane one, else a new id."""
    given = headers.get(b"x-request-id")
    return given.decode() if given is not None and _REQUEST_ID.match(given) else ids.new()


def connection_of(scope: Scope) -> Connection:
    """The connection that a request came by."""
    connection: Connection = scope.get("extensions", {}).get(CONNECTION, _SOME_CONNECTION)
    return connection
