"""The URL of this server as clients know it: the base of all links in responses."""

from __future__ import annotations

from functools import lru_cache

from heliograph.server.http.exchange import Addresses, Exchange
from heliograph.server.http.hosts import HOST_LENGTH, Host, parse_host
from heliograph.server.http.proxies import ForwardedUrl, Proxies
from heliograph.settings import Settings


class Urls:
    """Determines base URLs: the setting `public_url`, or the URL in the headers of the request and its proxies."""

    def __init__(self, settings: Settings, proxies: Proxies) -> None:
        self._public = settings.public_url
        self._proxies = proxies

    def client(self, exchange: Exchange) -> str | None:
        """The address of the client of a request, if known."""
        return self._proxies.client(exchange)

    def base(self, exchange: Exchange) -> str:
        """The base URL that the client used for a request, without a trailing slash."""
        if self._public:
            return self._public
        forwarded, scheme = self._proxies.forwarded_url(exchange), exchange.addresses.scheme
        host = exchange.headers.get(b"host", b"")
        # The length is checked first, so that cached keys are small.
        origin = _origin(scheme, host, forwarded) if len(host) <= HOST_LENGTH else None
        # If the host is not valid, use the address that the request was sent to.
        return f"{origin or _origin(scheme, _server(exchange.addresses), forwarded)}{exchange.root_path}"


@lru_cache(maxsize=1024)
def _origin(scheme: str, given: bytes, forwarded: ForwardedUrl) -> str | None:
    """The base URL without the root path; None if the host is not valid. Values of proxies take precedence."""
    host = forwarded.host or parse_host(given.decode("latin-1"))
    if host is None:
        return None
    name, port = host
    # A proxy sends the port either as part of the host or in a header of its own.
    if forwarded.port is not None and (forwarded.host is None or port is None):
        port = forwarded.port
    scheme = forwarded.scheme or scheme
    return f"{scheme}://{Host(name, port).authority(scheme)}{forwarded.prefix}"


def local_url(settings: Settings, port: int) -> str:
    """The URL of this server for clients on its own machine."""
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{name}:{port}{settings.root_path}"


def _server(addresses: Addresses) -> bytes:
    address, port = addresses.server or ("localhost", 80)
    return (f"[{address}]:{port}" if ":" in address else f"{address}:{port}").encode()
