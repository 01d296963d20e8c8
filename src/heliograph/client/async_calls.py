"""Sends prepared requests with retries: the base of the client, of its groups of operations and of its lists."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from heliograph.client import paging, retrying
from heliograph.client.auth import Auth
from heliograph.client.decoding import decode_error, decode_response
from heliograph.client.exchange import http_request
from heliograph.client.http.async_http import AsyncHttp
from heliograph.client.http.pool import Pool
from heliograph.client.idempotency import key_for
from heliograph.client.model import Model
from heliograph.client.options import Attempt, Options, report_attempt
from heliograph.client.requesting import PreparedRequest
from heliograph.client.response import RawResponse
from heliograph.errors import ApiError, HeliographError, TransportError
from heliograph.wire.paging import Page

A = TypeVar("A", bound=Model)
T = TypeVar("T")


class AsyncTransport(NamedTuple):
    """The connections of one process and event loop; `slots` limits how many requests are in flight."""

    http: AsyncHttp
    slots: asyncio.Semaphore

    def abandon(self) -> None:
        """Discard connections inherited from another process without closing them there."""
        self.http.abandon()


class AsyncBaseClient:
    """Sends requests, and retries those that are safe to repeat."""

    _base_url: str
    _auth: Auth | None
    _options: Options
    _pool: Pool[AsyncTransport]

    async def send(self, prepared: PreparedRequest, kind: type[A]) -> A:
        """Send a request, with retries where they are safe; returns the response as `kind`.

        Raises:
            ApiError: the server responded with an error.
            TransportError: no response arrived, or the client cannot be used in this process.
            DecodeError: the response cannot be decoded.
        """
        total = self._options.total_timeout
        deadline = math.inf if total is None else time.monotonic() + total
        key = key_for(prepared.operation, self._options, self._base_url)
        for number in itertools.count(1):
            pause: float | None = None
            error: HeliographError | None = None
            status: int | None = None
            started = time.monotonic()
            try:
                transport = self._pool.transport(prepared.operation.name)
                async with transport.slots:
                    request = http_request(prepared, self._base_url, self._options, self._auth, deadline, key)
                    response = await transport.http.send(request)
                status = response.status
                return decode_response(prepared.operation, kind, response, time.time())
            except (ApiError, TransportError) as failure:
                error, failure.attempts = failure, number
                left = deadline - time.monotonic()
                pause = retrying.decide(
                    failure,
                    prepared.operation,
                    number,
                    self._options,
                    random.random(),
                    left,
                    keyed=key is not None,
                )
                if pause is None:
                    raise
            except HeliographError as failure:
                error = failure
                raise
            finally:
                seconds = time.monotonic() - started
                report_attempt(self._options, Attempt(prepared.operation.name, number, seconds, status, error, pause))
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    @contextlib.asynccontextmanager
    async def open(self, prepared: PreparedRequest, options: Options) -> AsyncIterator[AsyncIterator[bytes]]:
        """Send a request once and yield the body of the response in chunks. `total_timeout` does not apply.

        Raises:
            ApiError: the server responded with an error.
            TransportError: no complete response arrived, or the client cannot be used in this process.
        """
        transport = self._pool.transport(prepared.operation.name)
        request = http_request(prepared, self._base_url, options, self._auth, math.inf)
        async with transport.http.open(request) as response:
            if response.status != prepared.operation.status:
                content = b"".join([chunk async for chunk in response.chunks])
                complete = RawResponse(response.status, response.headers, content)
                raise decode_error(prepared.operation, complete, time.time())
            yield response.chunks


class AsyncApi:
    """A group of operations, sent by `client`."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self._client = client


class AsyncRecords(Generic[A, T]):
    """Every record of a list, fetched page by page during iteration. It can be iterated more than once."""

    def __init__(
        self,
        fetch: Callable[[Page], Awaitable[A]],
        records: Callable[[A], list[T]],
        operation: str,
        first: Page,
    ) -> None:
        self._fetch = fetch
        self._records = records
        self._operation = operation
        self._first = first

    async def pages(self) -> AsyncIterator[A]:
        """The responses, one for each page."""
        seen: set[str] = set()
        page: Page | None = self._first
        while page is not None:
            response = await self._fetch(page)
            yield response
            page = paging.next_page(page, response, seen, self._operation)

    async def __aiter__(self) -> AsyncIterator[T]:
        async for response in self.pages():
            for record in paging.in_order(self._records(response), self._first):
                yield record

    async def all(self) -> list[T]:
        """All records, as a list."""
        return [record async for record in self]
