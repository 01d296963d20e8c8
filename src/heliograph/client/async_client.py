"""The client: one pool of connections, the groups of operations, and how calls are made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec import UNSET, UnsetType

from heliograph.client._generated.async_api.groups import AsyncGroups
from heliograph.client.async_calls import AsyncLane
from heliograph.client.async_events import AsyncEventsApi
from heliograph.client.auth import Auth
from heliograph.client.exchange import base_url_of
from heliograph.client.groups import group
from heliograph.client.http.async_http import async_opener
from heliograph.client.http.pool import Pool, async_place, is_bound
from heliograph.client.options import DEFAULT_URL, DEFAULTS, Attempt, changed
from heliograph.client.values import whole
from heliograph.errors import InvalidArgument

if TYPE_CHECKING:
    import httpx

# The cost of a call grows with the connections that httpx has to look through; more only help over long distances.
MAX_CONNECTIONS = 32

Hook = Callable[[Attempt], object]


class AsyncClient(AsyncGroups):
    """A client of the API: `client.participants.join_conversation(…)`, a group for each tag of the API's documentation.

    It holds one pool of connections, and nothing else that changes: make one, use it from everywhere, and close it,
    or use it as a context manager. After a fork, parent and child each have connections of their own.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        auth: Auth | None = None,
        timeout: float | None = DEFAULTS.timeout,
        total_timeout: float | None = DEFAULTS.total_timeout,
        max_retries: int = DEFAULTS.max_retries,
        backoff: float = DEFAULTS.backoff,
        headers: Mapping[str, str] | None = None,
        on_attempt: Hook | None = None,
        max_connections: int = MAX_CONNECTIONS,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            base_url: where the API is, with any prefix that stands before `/v2`.
            auth: BasicAuth, BearerAuth, JwtAuth, or anything with their method `header`.
            timeout: seconds for connecting, and for each piece of sending and receiving, of each attempt.
            total_timeout: seconds for a whole call, with its attempts and the pauses between them.
            max_retries: how often a call is sent again where that is safe; 0 for never.
            backoff: seconds, the longest pause before the second attempt; it doubles with each, to 8 at most.
            headers: what else to send with every request.
            on_attempt: called after every attempt, with an `Attempt`.
            max_connections: how many requests are under way at once; others wait for their turn.
            transport: an httpx transport, in place of the one that opens connections.
            proxy: the URL of a proxy.
            http_client: an httpx client, in place of one of our own. It is not closed by us.

        Raises:
            InvalidArgument: the URL is none, or a number is below zero.
        """
        if http_client is not None and (transport is not None or proxy is not None):
            raise InvalidArgument("give transport and proxy to the http_client that you bring")
        self._is_copy = False
        self._base_url = base_url_of(base_url)
        self._auth = auth
        self._options = changed(
            DEFAULTS,
            timeout=timeout,
            total_timeout=total_timeout,
            max_retries=max_retries,
            backoff=backoff,
            headers=headers or {},
            on_attempt=on_attempt,
        )
        if (whole(max_connections) or 0) < 1:
            raise InvalidArgument(f"max_connections should be a number above zero, not {max_connections!r}")
        opener = async_opener(self._base_url, http_client, transport, proxy)
        self._pool: Pool[AsyncLane] = Pool(
            async_place,
            lambda: AsyncLane(opener(), asyncio.Semaphore(max_connections)),
            bound=is_bound(http_client, transport),
        )

    @group
    def events(self) -> AsyncEventsApi:
        """The events of an app, as they happen."""
        return AsyncEventsApi(self)

    def with_options(
        self,
        *,
        auth: Auth | UnsetType | None = UNSET,
        timeout: float | UnsetType | None = UNSET,
        total_timeout: float | UnsetType | None = UNSET,
        max_retries: int | UnsetType = UNSET,
        backoff: float | UnsetType = UNSET,
        headers: Mapping[str, str] | UnsetType = UNSET,
        on_attempt: Hook | UnsetType | None = UNSET,
    ) -> Self:
        """A client that calls otherwise, through the same connections. Headers are added to those that there are.

        It lives as long as the client it comes from; closing it closes nothing.

        Raises:
            InvalidArgument: a number is below zero.
        """
        other = type(self).__new__(type(self))
        other._base_url, other._pool, other._is_copy = self._base_url, self._pool, True
        other._auth = self._auth if auth is UNSET else auth
        other._options = changed(
            self._options,
            timeout=timeout,
            total_timeout=total_timeout,
            max_retries=max_retries,
            backoff=backoff,
            headers=UNSET if headers is UNSET else {**self._options.headers, **headers},
            on_attempt=on_attempt,
        )
        return other

    async def close(self) -> None:
        """Close the connections of this process. What is called after that raises ClientUnusable, a TransportError."""
        if not self._is_copy:
            for lane in self._pool.end():
                await lane.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r}, auth={self._auth!r})"
