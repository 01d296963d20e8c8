"""The networks that webhooks may call: public networks over HTTPS, and the networks that the operator allows.

An address in a URL is checked when the webhook is created. At each call, the address that the host name resolves to is
checked, and the connection is opened to exactly that address, which defeats DNS rebinding.
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
PRIVATE = "private"
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
# All public IPv6 addresses that have been assigned are in this eighth of the address space. Outside it are addresses
# that can embed a private IPv4 address (NAT64, translated, compatible), and site-local addresses, which `ipaddress`
# considers global.
_UNICAST = ip_network("2000::/3")
# Networks that `ipaddress` considers global: IPv6 that can embed a private IPv4 address (6to4, Teredo), documentation,
# and services that a cloud offers its machines at an address that looks public.
_REFUSED = tuple(map(ip_network, ("2002::/16", "2001::/32", "3fff::/20", "192.0.0.0/24", "168.63.129.16/32")))
_NAMED = {LOOPBACK: _LOOPBACK, PRIVATE: _PRIVATE}


class TargetRefused(Exception):
    """The target must not be called. The message gives the reason to the owner of the webhook."""


def networks_of(settings: Settings, *, embedded: bool) -> tuple[Network, ...]:
    """The networks that these settings allow. `embedded` is whether the database is a file of this server.

    Raises:
        UsageError: the setting contains something other than networks.
    """
    # The inboxes of a sandbox are on its own machine.
    local = embedded or settings.sandbox_tools == "yes"
    return parse_networks(settings.webhook_allowed_networks, host=settings.host, embedded=local)


def described(allowed: Sequence[Network]) -> str:
    """The addresses that webhooks may have, in one line for `heliograph serve`."""
    if not allowed:
        return f"public addresses over https only ({SETTING} allows others)"
    return f"public addresses over https, and {', '.join(map(str, allowed))} over http too ({SETTING})"


def parse_networks(text: str, *, host: str, embedded: bool) -> tuple[Network, ...]:
    """The networks that the setting allows.

    `auto` allows loopback addresses if the server listens on loopback only and its database is a file, as in a trial on
    one machine.

    Raises:
        UsageError: the setting contains something other than networks.
    """
    match text:
        case "auto":
            return _LOOPBACK if embedded and is_loopback(host) else ()
        case "none":
            return ()
    found: list[Network] = []
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            found += _NAMED.get(part) or (ip_network(part),)
        except ValueError:
            raise UsageError(f"{SETTING} should be auto, none, or networks such as 10.1.0.0/16: {part!r}") from None
    return tuple(found)


def check(text: str, allowed: Sequence[Network], *, encrypted: bool) -> None:
    """Refuse an address that must not be called.

    Raises:
        TargetRefused: the address is neither public nor allowed, or the call would not be encrypted.
    """
    address: Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return
    if not _is_public(address):
        raise TargetRefused(f"{address} is not a public address")
    if not encrypted:
        raise TargetRefused(NEEDS_HTTPS)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _REFUSED)
