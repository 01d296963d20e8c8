"""Chooses how a sync client sends requests: with its own connections, or with httpx."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from heliograph.client import forks
from heliograph.client.exchange import HttpRequest
from heliograph.client.http.connections import Connections
from heliograph.client.http.trust import Trust
from heliograph.client.response import RawResponse

if TYPE_CHECKING:
    import httpx

    from heliograph.client.http.sync_http import OpenResponse


class Http(Protocol):
    """Sends the requests of a client."""

    def send(self, request: HttpRequest) -> RawResponse:
        """Send a request; returns the complete response."""

    def open(self, request: HttpRequest) -> contextlib.AbstractContextManager[OpenResponse]:
        """Send a request and return the response when its headers have arrived; the body is read in chunks."""

    def close(self) -> None:
        """Close the connections."""

    def abandon(self) -> None:
        """Discard connections inherited from another process without closing them there."""


def sync_opener(
    base_url: str,
    client: httpx.Client | None,
    transport: httpx.BaseTransport | None,
    proxy: str | httpx.URL | httpx.Proxy | None,
) -> Callable[[], Http]:
    """Returns a function that opens connections: with httpx if it or a proxy is configured, else `Connections`.

    Raises:
        InvalidArgument: the proxy URL is invalid.
    """
    if client is None and transport is None and proxy is None and not _proxies():
        forks.preload("encodings.idna", *(("ssl", "certifi") if base_url.startswith("https:") else ()))
        return partial(Connections, base_url, Trust())
    from heliograph.client.http import sync_http

    return sync_http.sync_opener(base_url, client, transport, proxy)


def _proxies() -> bool:
    if any(name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name, value in os.environ.items() if value):
        return True
    if sys.platform in ("darwin", "win32"):  # the system settings may name one
        from urllib.request import getproxies

        return bool(getproxies())
    return False
