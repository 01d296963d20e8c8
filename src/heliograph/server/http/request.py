"""The request of an operation, as its handler receives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from msgspec import Struct

from heliograph.domain import stand_ins
from heliograph.domain.media import MediaFetching, ReadMedia
from heliograph.domain.networks import Network, networks_of
from heliograph.domain.tenants import Caller, Tenant
from heliograph.sandbox.tools import Tools
from heliograph.server.auth.authenticator import Authenticator
from heliograph.server.auth.sign_ins import SignInLimit
from heliograph.server.http.exchange import Exchange, Headers
from heliograph.server.http.urls import Urls
from heliograph.server.query import Query
from heliograph.server.streams import Streams
from heliograph.settings import Settings
from heliograph.storage.blobs import Blobs
from heliograph.storage.store import Store
from heliograph.wire.operations import Operation
from heliograph.wire.paging import Links, Page, PageMeta, Slice, page_meta, parse_page
from heliograph.wire.paths import AppPath

P = TypeVar("P", bound=Struct, covariant=True)
B = TypeVar("B")

_REPEATED = ("brandId", "sort", "include", "at")
"""The query parameters that links to other pages repeat, in addition to `page` and `filter`."""


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The parts of the server that handlers use, the same for every request."""

    store: Store
    blobs: Blobs
    settings: Settings
    urls: Urls
    auth: Authenticator
    streams: Streams
    on_removal: Callable[[], None]
    """Called after a key, an integration or an app is removed."""
    read_media: ReadMedia | None
    """Reads the beginning of files of other servers, with the setting `fetch_media`."""
    unrecorded: Callable[[], int] | None
    """Returns the number of requests that this process has not recorded; None without the setting `record_requests`."""
    tools: Tools | None
    """The sandbox tools, on a server that has them."""
    sign_ins: SignInLimit
    """The limit of failed sign-ins to the console."""


class Request(Struct, Generic[P, B]):
    """An authorized request. `P` is the type of its path parameters, and `B` that of its body."""

    operation: Operation[P, B, Any]
    path: P
    query: Query
    body: B
    known_caller: Caller | None
    """The caller; None if the request has no credential, or the operation ignores it."""
    app_tenant: Tenant | None
    """The app of the path and the key that acts in it. Without an app in the path, the app of the key; None if it is an
    account's, or unknown."""
    exchange: Exchange
    context: ServerContext
    response_headers: dict[str, str] = {}
    """Headers that the handler adds to the response."""

    @property
    def caller(self) -> Caller:
        """The caller, for operations that require a credential."""
        assert self.known_caller is not None
        return self.known_caller

    @property
    def tenant(self: Request[AppPath, Any]) -> Tenant:
        """The app of the path and the key that acts in it, for operations with an app in their path."""
        assert self.app_tenant is not None
        return self.app_tenant

    @property
    def headers(self) -> Headers:
        """The headers."""
        return self.exchange.headers

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
        """The requested page.

        Raises:
            InvalidPage: the parameters are not valid.
        """
        return parse_page(self.query.page, self.operation.largest_page)

    @property
    def url(self) -> str:
        """The URL of this request as the client knows it, without its query."""
        path = self.exchange.raw_path.decode("latin-1").strip("/")
        return f"{self.base_url}/{path}"

    @property
    def base_url(self) -> str:
        """The base URL of the server as the client knows it, without a trailing slash."""
        return self.context.urls.base(self.exchange)

    @property
    def brand_id(self) -> str | None:
        """The brand in which to look up an external id."""
        return self.query.plain.get("brandId")

    @property
    def webhook_networks(self) -> tuple[Network, ...]:
        """The private networks that webhooks may have as targets."""
        return networks_of(self.settings, embedded=not self.store.shared)

    @property
    def stand_ins(self) -> bool:
        """Whether this server has stand-ins for integrations with services of others."""
        return stand_ins.offered(self.settings, embedded=not self.store.shared)

    @property
    def tools(self) -> Tools:
        """The sandbox tools, for operations that only a server with them has."""
        assert self.context.tools is not None
        return self.context.tools

    @property
    def sign_ins(self) -> SignInLimit:
        """The limit of failed sign-ins."""
        return self.context.sign_ins

    @property
    def client_address(self) -> str | None:
        """The address of the client, if known."""
        return self.context.urls.client(self.exchange)

    @property
    def media_fetching(self) -> MediaFetching | None:
        """How to read files of other servers; None without the setting `fetch_media`."""
        if (read := self.context.read_media) is None:
            return None
        return MediaFetching(read, self.settings.attachment_extensions, self.recheck)

    def meta_and_links(self, found: Slice[Any]) -> tuple[PageMeta, Links | None]:
        """The `meta` and `links` of a page of records with ids."""
        if not found.records and found.first is None:
            return PageMeta(has_more=False), None
        first = found.first or found.records[0].id
        last = found.last or found.records[-1].id
        meta = page_meta(self.page, first, last, precedes=found.precedes, follows=found.follows)
        return meta, self.links(meta)

    def links(self, meta: PageMeta) -> Links | None:
        """Links to the previous and next page, with the size, filter, brand and order of this request; None if it is
        the only page."""
        if meta.before_cursor is None and meta.after_cursor is None:
            return None
        query = self.query
        given = [
            f"filter[{quote(name, safe='.')}]={quote(query.filter[name], safe='')}"
            for name in query.filter
            if self.operation.has_filter(name)
        ]
        if (size := query.page.get("size")) is not None:
            given.append(f"page[size]={size}")
        given += [
            f"{name}={quote(query.plain[name], safe='')}"
            for name in _REPEATED
            if name in self.operation.query and name in query.plain
        ]
        url = self.url

        def link(name: str, cursor: str | None) -> str | None:
            return f"{url}?{'&'.join([f'page[{name}]={cursor}', *given])}" if cursor else None

        return Links(prev=link("before", meta.before_cursor), next=link("after", meta.after_cursor))

    def after_removal(self) -> None:
        """Clear the cache of credentials and wake the purge. Call it after removing a key, an integration or an app."""
        self.context.auth.clear_cache()
        self.context.on_removal()

    def after_session_end(self) -> None:
        """Clear the cache of credentials. Call it after ending a session."""
        self.context.auth.clear_cache()

    def after_app_change(self) -> None:
        """Clear the cache of apps, so that changed settings take effect. In other processes they do within a second."""
        self.context.auth.clear_cache()

    async def recheck(self) -> None:
        """Check the credential and the app again during a long request.

        Raises:
            Unauthorized, Forbidden, AppNotFound: the key or the app was removed, or the token has expired.
        """
        await self.context.auth.recheck(self.headers.get(b"authorization"), self.path)
