"""The three ways in which a request is sent, behind one face: sync, sync by httpx, and async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from heliograph import AsyncClient, Client

Work = Callable[[Any], Any]
Run = Callable[..., Any]


def sync(work: Work, url: str, **options: Any) -> Any:
    """With connections of our own."""
    with Client(url, **options) as client:
        return work(client)


def by_httpx(work: Work, url: str, **options: Any) -> Any:
    """With httpx under the sync client."""
    with Client(url, transport=httpx.HTTPTransport(), **options) as client:
        return work(client)


def by_asyncio(work: Work, url: str, **options: Any) -> Any:
    """With the async client."""

    async def run() -> Any:
        async with AsyncClient(url, **options) as client:
            return await work(client)

    return asyncio.run(run())


FLAVOURS: list[Run] = [sync, by_httpx, by_asyncio]
