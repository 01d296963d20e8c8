"""The URL of this server as callers know it. Whatever names a URL of ours takes it from here."""

from __future__ import annotations

from starlette.types import Scope

from heliograph.server.hosts import Host, parse_host
from heliograph.server.proxies import Headers, Proxies
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
        said = self._proxies.said(scope, headers)
        scheme = said.scheme or scope["scheme"]
        name, port = said.host or _host(scope, headers)
        # A proxy that names a host names the port with it, or else apart.
        if said.port is not None and (said.host is None or port is None):
            port = said.port
        return f"{scheme}://{Host(name, port).authority(scheme)}{said.prefix}{scope['root_path']}"


def local_url(settings: Settings, port: int) -> str:
    """The URL at which this server answers on its own machine."""
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{name}:{port}{settings.root_path}"


def _host(scope: Scope, headers: Headers) -> Host:
    """The host of the request, and where it names none that may stand in a URL, the address that it came to."""
    host = parse_host(headers.get(b"host", b"").decode("latin-1"))
    if host is not None:
        return host
    address, port = scope["server"]
    return Host(f"[{address}]" if ":" in address else address, port)
