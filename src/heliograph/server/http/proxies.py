"""What the proxies in front of this server say of a request, as far as they are trusted.

A proxy appends to a list, or overwrites what a caller sent. So the last element of a list is the word of the peer of
this connection, and the one before it is believed only if the peer says that it came from a trusted proxy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from starlette.types import Scope

from heliograph.errors import UsageError
from heliograph.server.http.forwarded import UNIX, Element, address_of, parse
from heliograph.server.http.hosts import SCHEMES, Host, parse_host, parse_port, parse_prefix

Headers = Mapping[bytes, bytes]

FORWARDED = b"forwarded"
FOR, PROTO, HOST, PORT, PREFIX = (
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-prefix",
)
_FAMILY = frozenset((FOR, PROTO, HOST, PORT, PREFIX))
_BELIEVED = _FAMILY | {FORWARDED}
_SIGNS = _BELIEVED | {b"via", b"x-real-ip"}
_HOPS = 32
_EVERYBODY, _LOOPBACK = "*", "loopback"


class Said(NamedTuple):
    """What trusted proxies say of the URL that the caller used; what they do not say is None or empty."""

    scheme: str | None = None
    host: Host | None = None
    port: int | None = None
    prefix: str = ""


_NOTHING = Said()


class Proxies:
    """The proxies that the setting `trusted_proxies` names.

    Raises:
        UsageError: the setting names no addresses.
    """

    def __init__(self, setting: str) -> None:
        parts = [part for part in map(str.strip, setting.split(",")) if part]
        self._everybody = _EVERYBODY in parts
        self._unix = UNIX in parts
        self._networks = [network for part in parts if part not in (_EVERYBODY, UNIX) for network in _networks_of(part)]
        # Bounded in number, and in size by `address_of`.
        self._trusts = lru_cache(maxsize=1024)(self._is_within)

    def said(self, scope: Scope, headers: Headers) -> Said:
        """What is to be believed of this request's headers.

        Where there are headers of both kinds, X-Forwarded-* are believed and `Forwarded` is not: proxies that write the
        former pass the latter on, as the caller sent it.
        """
        if _BELIEVED.isdisjoint(headers) or not self._trusts_peer(scope):
            return _NOTHING
        if _FAMILY.isdisjoint(headers):
            return self._said_by_elements(scope)
        scheme = _last(headers, PROTO).lower()
        return Said(
            scheme if scheme in SCHEMES else None,
            parse_host(_last(headers, HOST)),
            parse_port(_last(headers, PORT)),
            parse_prefix(_last(headers, PREFIX)) or "",
        )

    def client(self, scope: Scope, headers: Headers) -> str | None:
        """The address of the caller, as far as it is known: the first one from the right that is no trusted proxy's."""
        peer = _peer(scope)
        if _BELIEVED.isdisjoint(headers) or not self._trusts_peer(scope):
            return peer
        if FOR in headers:
            nodes = [node.strip() for node in _joined(scope, FOR).rsplit(",", _HOPS)[-_HOPS:]]
        elif _FAMILY.isdisjoint(headers):
            nodes = [element.get("for", "") for element in parse(_joined(scope, FORWARDED))]
        else:
            nodes = []
        for node in reversed(nodes):
            peer = address_of(node)
            if peer is None or not self._trusts(peer):
                break
        return peer

    def _said_by_elements(self, scope: Scope) -> Said:
        scheme, host = None, None
        # From the inside out: of several proxies that say something, the one next to the caller knows.
        for element in self._believed(parse(_joined(scope, FORWARDED))):
            named = element.get("proto", "").lower()
            scheme = named if named in SCHEMES else scheme
            host = parse_host(element.get("host", "")) or host
        return Said(scheme, host)

    def _believed(self, elements: list[Element]) -> Iterator[Element]:
        for element in reversed(elements[-_HOPS:]):
            yield element
            address = address_of(element.get("for", ""))
            if address is None or not self._trusts(address):
                return

    def _trusts_peer(self, scope: Scope) -> bool:
        if self._everybody:
            return True
        peer = _peer(scope)
        return peer is not None and self._trusts(peer)

    def _is_within(self, address: str) -> bool:
        if address == UNIX:
            return self._unix
        parsed = ip_address(address)
        return any(parsed in network for network in self._networks)


def has_passed_a_proxy(headers: Headers) -> bool:
    """Whether the headers have a sign of a proxy, trusted or not."""
    return not _SIGNS.isdisjoint(headers)


def _networks_of(part: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network("127.0.0.0/8"), ip_network("::1/128")] if part == _LOOPBACK else [ip_network(part)]
    except ValueError:
        raise UsageError(
            f"--trusted-proxies should be loopback, unix:, *, or addresses and networks such as 10.1.0.0/16: {part!r}"
        ) from None


def _peer(scope: Scope) -> str | None:
    client = scope.get("client")
    return address_of(client[0]) if client else UNIX


def _last(headers: Headers, name: bytes) -> str:
    """The last element of a list, which is the last line's where the header is repeated."""
    return headers.get(name, b"").rpartition(b",")[2].strip().decode("latin-1")


def _joined(scope: Scope, name: bytes) -> str:
    return b",".join(value for key, value in scope["headers"] if key == name).decode("latin-1")
