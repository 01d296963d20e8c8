"""The headers of trusted proxies: the URL that the client used, and the client's address.

A proxy appends to a list, or overwrites what the client sent. So the last element of a list comes from the peer of this
connection, and the element before it is trusted only if the last one says that it came from a trusted proxy.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from heliograph.errors import UsageError
from heliograph.server.http.exchange import Exchange, Headers
from heliograph.server.http.forwarded import UNIX, Element, address_of, parse
from heliograph.server.http.hosts import SCHEMES, Host, parse_host, parse_port, parse_prefix

FORWARDED = b"forwarded"
FOR, PROTO, HOST, PORT, PREFIX = (
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-prefix",
)
_X_FORWARDED = frozenset((FOR, PROTO, HOST, PORT, PREFIX))
_TRUSTED = _X_FORWARDED | {FORWARDED}
_PROXY_HEADERS = _TRUSTED | {b"via", b"x-real-ip"}
_MAX_HOPS = 32
_ANY, _LOOPBACK = "*", "loopback"


class ForwardedUrl(NamedTuple):
    """The parts of the URL that the client used, from the headers of trusted proxies; None or empty if not given."""

    scheme: str | None = None
    host: Host | None = None
    port: int | None = None
    prefix: str = ""


_NOTHING = ForwardedUrl()


class Proxies:
    """The proxies in the setting `trusted_proxies`.

    Raises:
        UsageError: the setting is not valid.
    """

    def __init__(self, setting: str) -> None:
        parts = [part for part in map(str.strip, setting.split(",")) if part]
        self._any = _ANY in parts
        self._unix = UNIX in parts
        self._networks = [network for part in parts if part not in (_ANY, UNIX) for network in _networks_of(part)]
        # `address_of` limits the size of the keys.
        self._trusts = lru_cache(maxsize=1024)(self._is_within)

    def forwarded_url(self, exchange: Exchange) -> ForwardedUrl:
        """The URL in the trusted headers of a request.

        If a request has both kinds, X-Forwarded-* are used and `Forwarded` is ignored: proxies that write the former
        pass on the latter as the client sent it.
        """
        headers = exchange.headers
        if _TRUSTED.isdisjoint(headers) or not self._trusts_peer(exchange):
            return _NOTHING
        if _X_FORWARDED.isdisjoint(headers):
            return self._from_elements(exchange)
        scheme = _last(headers, PROTO).lower()
        return ForwardedUrl(
            scheme if scheme in SCHEMES else None,
            parse_host(_last(headers, HOST)),
            parse_port(_last(headers, PORT)),
            parse_prefix(_last(headers, PREFIX)) or "",
        )

    def client(self, exchange: Exchange) -> str | None:
        """The client's address if known: the first one from the right that is not a trusted proxy's."""
        headers, peer = exchange.headers, _peer(exchange)
        if _TRUSTED.isdisjoint(headers) or not self._trusts_peer(exchange):
            return peer
        if FOR in headers:
            nodes = [node.strip() for node in _joined(exchange, FOR).rsplit(",", _MAX_HOPS)[-_MAX_HOPS:]]
        elif _X_FORWARDED.isdisjoint(headers):
            nodes = [element.get("for", "") for element in parse(_joined(exchange, FORWARDED))]
        else:
            nodes = []
        for node in reversed(nodes):
            peer = address_of(node)
            if peer is None or not self._trusts(peer):
                break
        return peer

    def _from_elements(self, exchange: Exchange) -> ForwardedUrl:
        scheme, host = None, None
        # From the inside out, so that the proxy closest to the client wins.
        for element in self._trusted_elements(parse(_joined(exchange, FORWARDED))):
            proto = element.get("proto", "").lower()
            scheme = proto if proto in SCHEMES else scheme
            host = parse_host(element.get("host", "")) or host
        return ForwardedUrl(scheme, host)

    def _trusted_elements(self, elements: list[Element]) -> Iterator[Element]:
        for element in reversed(elements[-_MAX_HOPS:]):
            yield element
            address = address_of(element.get("for", ""))
            if address is None or not self._trusts(address):
                return

    def _trusts_peer(self, exchange: Exchange) -> bool:
        if self._any:
            return True
        peer = _peer(exchange)
        return peer is not None and self._trusts(peer)

    def _is_within(self, address: str) -> bool:
        if address == UNIX:
            return self._unix
        parsed = ip_address(address)
        return any(parsed in network for network in self._networks)


def has_passed_a_proxy(headers: Headers) -> bool:
    """Whether the request has headers of a proxy, trusted or not."""
    return not _PROXY_HEADERS.isdisjoint(headers)


def _networks_of(part: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network("127.0.0.0/8"), ip_network("::1/128")] if part == _LOOPBACK else [ip_network(part)]
    except ValueError:
        raise UsageError(
            f"--trusted-proxies should be loopback, unix:, *, or addresses and networks such as 10.1.0.0/16: {part!r}"
        ) from None


def _peer(exchange: Exchange) -> str | None:
    client = exchange.addresses.client
    return address_of(client[0]) if client else UNIX


def _last(headers: Headers, name: bytes) -> str:
    """The last element of a list. If the header is repeated, it is in the last line."""
    return headers.get(name, b"").rpartition(b",")[2].strip().decode("latin-1")


def _joined(exchange: Exchange, name: bytes) -> str:
    return b",".join(value for key, value in exchange.header_list if key == name).decode("latin-1")
