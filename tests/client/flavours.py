"""The three ways to send a request, behind one interface: sync, sync with httpx, and async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from heliograph import AsyncClient, Client

Work = Callable[[Any], Any]
Run = Callable[..., Any]


def sync(work: Work, url: str, **options: Any) -> Any:
    """With the sync client and its own connections."""
    with Client(url, **options) as client:
        return work(client)


def by_httpx(work: Work, url: str, **options: Any) -> Any:
    """With the sync client on top of httpx."""
    with Client(url, transport=httpx.HTTPTransport(), **options) as client:
        return work(client)


def by_asyncio(work: Work, url: str, **options: Any) -> Any:
    """With the async client."""

    async def run() -> Any:
        async with AsyncClient(url, **options) as client:
            return await work(client)

    return asyncio.run(run())


FLAVOURS: list[Run] = [sync, by_httpx, by_asyncio]
