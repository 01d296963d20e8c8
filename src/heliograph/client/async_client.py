"""The client: its options, its connections and the groups of operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec import UNSET, UnsetType

from heliograph.client._generated.async_api.groups import AsyncGroups
from heliograph.client.async_calls import AsyncTransport
from heliograph.client.async_events import AsyncEventsApi
from heliograph.client.async_members import AsyncMembersApi
from heliograph.client.async_people import AsyncPersonsApi
from heliograph.client.auth import Auth
from heliograph.client.exchange import base_url_of
from heliograph.client.groups import group
from heliograph.client.http.async_http import async_opener
from heliograph.client.http.pool import Pool, async_owner, is_bound
from heliograph.client.options import DEFAULT_URL, DEFAULTS, Attempt, with_changes
from heliograph.client.values import whole
from heliograph.errors import InvalidArgument

if TYPE_CHECKING:
    import httpx

# httpx scans its connections for each request, so more of them cost time; they only help on links with high latency.
MAX_CONNECTIONS = 32

_COMBINED = "transport and proxy cannot be combined with http_client; configure them on the http_client"

Hook = Callable[[Attempt], object]


class AsyncClient(AsyncGroups):
    """A client of the API, with a group of operations for each tag: `client.participants.join_conversation(…)`.

    Create one client, share it, and close it or use it as a context manager. Its connection pool is its only mutable
    state. After a fork, parent and child each use connections of their own.
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
        idempotency_keys: bool | None = None,
        max_connections: int = MAX_CONNECTIONS,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        """Create a client; the first call opens the first connection.

        Args:
            base_url: URL of the API, with any prefix in front of `/v2`.
            auth: BasicAuth, BearerAuth, JwtAuth, or any object with a `header` method like theirs.
            timeout: seconds for connecting and for each read and write, in each attempt.
            total_timeout: seconds for a whole call, including retries and the pauses between them.
            max_retries: how many times a call is repeated where that is safe; 0 disables retries.
            backoff: longest pause before the first retry in seconds; doubles with each retry, up to 8.
            headers: additional headers for every request.
            on_attempt: called with an `Attempt` after every attempt.
            idempotency_keys: whether writes have keys; by default, unless the URL is that of the hosted service.
            max_connections: maximum number of concurrent requests; further ones wait.
            transport: an httpx transport to use for connections.
            proxy: URL of a proxy.
            http_client: an httpx client to send requests with. The caller closes it.

        Raises:
            InvalidArgument: the URL is invalid, or a number is negative.
        """
        if http_client is not None and (transport is not None or proxy is not None):
            raise InvalidArgument(_COMBINED)
        self._is_copy = False
        self._base_url = base_url_of(base_url)
        self._auth = auth
        self._options = with_changes(
            DEFAULTS,
            timeout=timeout,
            total_timeout=total_timeout,
            max_retries=max_retries,
            backoff=backoff,
            headers=headers or {},
            on_attempt=on_attempt,
            idempotency_keys=idempotency_keys,
        )
        if (whole(max_connections) or 0) < 1:
            raise InvalidArgument(f"max_connections should be a positive integer, not {max_connections!r}")
        opener = async_opener(self._base_url, http_client, transport, proxy)
        self._pool: Pool[AsyncTransport] = Pool(
            async_owner,
            lambda: AsyncTransport(opener(), asyncio.Semaphore(max_connections)),
            bound=is_bound(http_client, transport),
        )

    @group
    def people(self) -> AsyncPersonsApi:
        """The export and the erasure of a person."""
        return AsyncPersonsApi(self)

    @group
    def events(self) -> AsyncEventsApi:
        """The events of an app, as they happen."""
        return AsyncEventsApi(self)

    @group
    def members(self) -> AsyncMembersApi:
        """Replaces all members of a conversation."""
        return AsyncMembersApi(self)

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
        idempotency_keys: bool | UnsetType | None = UNSET,
    ) -> Self:
        """Returns a client with other options that shares these connections. `headers` are added to the existing ones.

        It works until the original client is closed; closing the copy has no effect.

        Raises:
            InvalidArgument: a number is negative.
        """
        other = type(self).__new__(type(self))
        other._base_url, other._pool, other._is_copy = self._base_url, self._pool, True
        other._auth = self._auth if auth is UNSET else auth
        other._options = with_changes(
            self._options,
            timeout=timeout,
            total_timeout=total_timeout,
            max_retries=max_retries,
            backoff=backoff,
            headers=UNSET if headers is UNSET else {**self._options.headers, **headers},
            on_attempt=on_attempt,
            idempotency_keys=idempotency_keys,
        )
        return other

    async def close(self) -> None:
        """Close the connections of this process. Later calls raise ClientUnusable, a TransportError."""
        if not self._is_copy:
            for transport in self._pool.close():
                await transport.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r}, auth={self._auth!r})"
