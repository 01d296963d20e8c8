"""The URL of this server as callers know it. Whatever names a URL of ours takes it from here."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import Scope

from heliograph.server.http.hosts import HOST_LENGTH, Host, parse_host
from heliograph.server.http.proxies import Headers, Proxies, Said
from heliograph.settings import Settings


class Urls:
    """Knows the base URL of each request: the setting `public_url`, or what the request and its proxies say."""

    def __init__(self, settings: Settings, proxies: Proxies) -> None:
        self._public = settings.public_url
        self._proxies = proxies

    def base(self, scope: Scope, headers: Headers) -> str:
        """The URL below which the caller reached this server, without a slash at its end."""
        if self._public:
            return self._public
        said, scheme = self._proxies.said(scope, headers), scope["scheme"]
        host = headers.get(b"host", b"")
        # The length goes first: what is cached must be small.
        origin = _origin(scheme, host, said) if len(host) <= HOST_LENGTH else None
        # A host that may not stand in a URL gives way to the address that the request came to.
        return f"{origin or _origin(scheme, _server(scope), said)}{scope['root_path']}"


@lru_cache(maxsize=1024)
def _origin(scheme: str, given: bytes, said: Said) -> str | None:
    """The URL without the root path, from the request's own scheme and host and from what proxies say; None without a
    host."""
    host = said.host or parse_host(given.decode("latin-1"))
    if host is None:
        return None
    name, port = host
    # A proxy that names a host names the port with it, or else apart.
    if said.port is not None and (said.host is None or port is None):
        port = said.port
    scheme = said.scheme or scheme
    return f"{scheme}://{Host(name, port).authority(scheme)}{said.prefix}"


def local_url(settings: Settings, port: int) -> str:
    """The URL at which this server answers on its own machine."""
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{name}:{port}{settings.root_path}"


def _server(scope: Scope) -> bytes:
    address, port = scope["server"]
    return (f"[{address}]:{port}" if ":" in address else f"{address}:{port}").encode()
