# Generated from async_calls.py by tools/unasync.py. Do not edit.
"""Sending: the one loop that talks to the network, and what stands on it."""

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
from heliograph.client.exchange import request_of
from heliograph.client.http.opening import Http
from heliograph.client.http.pool import Pool
from heliograph.client.model import Model
from heliograph.client.options import Attempt, Options, tell
from heliograph.client.receiving import error_of, receive
from heliograph.client.requesting import Call
from heliograph.client.response import RawResponse
from heliograph.errors import ApiError, HeliographError, TransportError
from heliograph.wire.paging import Page

A = TypeVar("A", bound=Model)
T = TypeVar("T")


class Lane(NamedTuple):
    """The connections of one process and event loop, and how many requests may still begin there."""

    http: Http
    slots: threading.Semaphore

    def abandon(self) -> None:
        """Give up the connections of another process without closing them for it."""
        self.http.abandon()


class Caller:
    """Sends calls, as often as it takes and is safe."""

    _base_url: str
    _auth: Auth | None
    _options: Options
    _pool: Pool[Lane]

    def send(self, call: Call, kind: type[A]) -> A:
        """The answer of a call, as `kind`.

        Raises:
            ApiError: the server refused.
            TransportError: no answer came, or the client cannot be used here.
            DecodeError: the answer cannot be read.
        """
        total = self._options.total_timeout
        deadline = math.inf if total is None else time.monotonic() + total
        for number in itertools.count(1):
            pause: float | None = None
            error: HeliographError | None = None
            status: int | None = None
            started = time.monotonic()
            try:
                lane = self._pool.lane(call.operation.name)
                with lane.slots:
                    request = request_of(call, self._base_url, self._options, self._auth, deadline)
                    reply = lane.http.send(request)
                status = reply.status
                return receive(call.operation, kind, reply, time.time())
            except (ApiError, TransportError) as failure:
                error, failure.attempts = failure, number
                left = deadline - time.monotonic()
                pause = retrying.decide(failure, call.operation, number, self._options, random.random(), left)
                if pause is None:
                    raise
            except HeliographError as failure:
                error = failure
                raise
            finally:
                seconds = time.monotonic() - started
                tell(self._options, Attempt(call.operation.name, number, seconds, status, error, pause))
            time.sleep(pause)
        raise AssertionError("the count has no end")

    @contextlib.contextmanager
    def open(self, call: Call, options: Options) -> Iterator[Iterator[bytes]]:
        """The body of the answer as it comes, of one attempt, without a limit to the whole time.

        Raises:
            ApiError: the server refused.
            TransportError: no answer came, it broke off, or the client cannot be used here.
        """
        lane = self._pool.lane(call.operation.name)
        request = request_of(call, self._base_url, options, self._auth, math.inf)
        with lane.http.open(request) as response:
            if response.status != call.operation.status:
                content = b"".join([chunk for chunk in response.chunks])
                raise error_of(call.operation, RawResponse(response.status, response.headers, content), time.time())
            yield response.chunks


class Api:
    """A group of operations; `client` is what sends them."""

    def __init__(self, client: Caller) -> None:
        self._client = client


class Records(Generic[A, T]):
    """Every record of a list, fetched page by page as they are asked for. It may be iterated as often as you like."""

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
        """The answers, a page each."""
        seen: set[str] = set()
        page: Page | None = self._first
        while page is not None:
            answer = self._fetch(page)
            yield answer
            page = paging.next_page(page, answer, seen, self._operation)

    def __iter__(self) -> Iterator[T]:
        for answer in self.pages():
            yield from paging.in_order(self._records(answer), self._first)

    def all(self) -> list[T]:
        """All of them."""
        return [record for record in self]
