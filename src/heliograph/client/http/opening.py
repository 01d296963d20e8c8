"""What sends the requests of a sync client: connections of our own, or httpx."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from heliograph.client import forks
from heliograph.client.exchange import Request
from heliograph.client.http.connections import Connections
from heliograph.client.http.trust import Trust
from heliograph.client.response import RawResponse

if TYPE_CHECKING:
    import httpx

    from heliograph.client.http.sync_http import OpenResponse


class Http(Protocol):
    """What sends the requests of a client."""

    def send(self, request: Request) -> RawResponse:
        """The answer to one request."""

    def open(self, request: Request) -> contextlib.AbstractContextManager[OpenResponse]:
        """The answer to one request, without its body, which is read as it comes."""

    def close(self) -> None:
        """Close the connections."""

    def abandon(self) -> None:
        """Give up the connections of another process without closing them for it."""


def sync_opener(
    base_url: str,
    client: httpx.Client | None,
    transport: httpx.BaseTransport | None,
    proxy: str | httpx.URL | httpx.Proxy | None,
) -> Callable[[], Http]:
    """What opens connections of our own, or by httpx if it is asked for or the environment names a proxy.

    Raises:
        InvalidArgument: the proxy is not one.
    """
    if client is None and transport is None and proxy is None and not _proxies():
        forks.preload("encodings.idna", *(("ssl", "certifi") if base_url.startswith("https:") else ()))
        return partial(Connections, base_url, Trust())
    from heliograph.client.http import sync_http

    return sync_http.sync_opener(base_url, client, transport, proxy)


def _proxies() -> bool:
    if any(name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name, value in os.environ.items() if value):
        return True
    if sys.platform in ("darwin", "win32"):  # where the system itself may name one
        from urllib.request import getproxies

        return bool(getproxies())
    return False
