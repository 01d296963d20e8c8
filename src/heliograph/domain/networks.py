"""Networks that webhooks may be in: public ones, and what the operator allows.

An address is checked twice: at the creation of a webhook if its URL contains one, and at each call after the name was
resolved. The connection is made to the address that was checked, so a name that changes in between gains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from heliograph.errors import UsageError
from heliograph.settings import Settings, is_loopback

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SETTING = "--webhook-allowed-networks"
LOOPBACK = "loopback"
NEEDS_HTTPS = "http is only for networks that are allowed: use https"
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# All public IPv6 lies in one eighth of it, so far. Outside are addresses that may carry any IPv4, a private one too
# (NAT64, translated, compatible), and site-local ones, which `ipaddress` takes for global.
_UNICAST = ip_network("2000::/3")
# IPv6 within it that may carry any IPv4: 6to4, Teredo. Documentation. And what a cloud answers its machines from at an
# address that looks public.
_REFUSED = tuple(map(ip_network, ("2002::/16", "2001::/32", "3fff::/20", "192.0.0.0/24", "168.63.129.16/32")))


class Refused(Exception):
    """A target that must not be called. The message says why, in words for the owner of the webhook."""


def networks_of(settings: Settings, *, embedded: bool) -> tuple[Network, ...]:
    """The networks that these settings allow; `embedded` says whether the database is a file of this server.

    Raises:
        UsageError: the setting names something else than networks.
    """
    return parse_networks(settings.webhook_allowed_networks, host=settings.host, embedded=embedded)


def described(allowed: Sequence[Network]) -> str:
    """Which addresses webhooks may have, in one line."""
    if not allowed:
        return f"public addresses by https only ({SETTING} allows others)"
    return f"public addresses by https, and {', '.join(map(str, allowed))} by http too ({SETTING})"


def parse_networks(text: str, *, host: str, embedded: bool) -> tuple[Network, ...]:
    """The networks that the setting allows.

    `auto` allows loopback where the server itself can be reached from this machine only and its database is a file: the
    sandbox of whoever tries things out.

    Raises:
        UsageError: it names no network.
    """
    match text:
        case "auto":
            return _LOOPBACK if embedded and is_loopback(host) else ()
        case "none":
            return ()
    found: list[Network] = []
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            found += _LOOPBACK if part == LOOPBACK else (ip_network(part),)
        except ValueError:
            raise UsageError(f"{SETTING} should be auto, none, or networks such as 10.1.0.0/16: {part!r}") from None
    return tuple(found)


def check(text: str, allowed: Sequence[Network], *, encrypted: bool) -> None:
    """Refuse an address that must not be called.

    Raises:
        Refused: it is not public and not allowed, or would be called without encryption.
    """
    address: Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return
    if not _is_public(address):
        raise Refused(f"{address} is not a public address")
    if not encrypted:
        raise Refused(NEEDS_HTTPS)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _REFUSED)
