# Generated from async_calls.py by tools/unasync.py. Do not edit.
"""Sends prepared requests with retries: the base of the client, of its groups of operations and of its lists."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from heliograph.client import paging, retrying
from heliograph.client.auth import Auth
from heliograph.client.decoding import decode_error, decode_response
from heliograph.client.exchange import http_request
from heliograph.client.http.opening import Http
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


class Transport(NamedTuple):
    """The connections of one process and event loop; `slots` limits how many requests are in flight."""

    http: Http
    slots: threading.Semaphore

    def abandon(self) -> None:
        """Discard connections inherited from another process without closing them there."""
        self.http.abandon()


class BaseClient:
    """Sends requests, and retries those that are safe to repeat."""

    _base_url: str
    _auth: Auth | None
    _options: Options
    _pool: Pool[Transport]

    def send(self, prepared: PreparedRequest, kind: type[A]) -> A:
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
                with transport.slots:
                    request = http_request(prepared, self._base_url, self._options, self._auth, deadline, key)
                    response = transport.http.send(request)
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
            time.sleep(pause)
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def open(self, prepared: PreparedRequest, options: Options) -> Iterator[Iterator[bytes]]:
        """Send a request once and yield the body of the response in chunks. `total_timeout` does not apply.

        Raises:
            ApiError: the server responded with an error.
            TransportError: no complete response arrived, or the client cannot be used in this process.
        """
        transport = self._pool.transport(prepared.operation.name)
        request = http_request(prepared, self._base_url, options, self._auth, math.inf)
        with transport.http.open(request) as response:
            if response.status != prepared.operation.status:
                content = b"".join([chunk for chunk in response.chunks])
                complete = RawResponse(response.status, response.headers, content)
                raise decode_error(prepared.operation, complete, time.time())
            yield response.chunks


class Api:
    """A group of operations, sent by `client`."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client


class Records(Generic[A, T]):
    """Every record of a list, fetched page by page during iteration. It can be iterated more than once."""

    def __init__(
        self,
        fetch: Callable[[Page], A],
        records: Callable[[A], list[T]],
        operation: str,
        first: Page,
    ) -> None:
        self._fetch = fetch
        self._records = records
        self._operation = operation
        self._first = first

    def pages(self) -> Iterator[A]:
        """The responses, one for each page."""
        seen: set[str] = set()
        page: Page | None = self._first
        while page is not None:
            response = self._fetch(page)
            yield response
            page = paging.next_page(page, response, seen, self._operation)

    def __iter__(self) -> Iterator[T]:
        for response in self.pages():
            yield from paging.in_order(self._records(response), self._first)

    def all(self) -> list[T]:
        """All records, as a list."""
        return [record for record in self]
