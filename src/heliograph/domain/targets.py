"""Targets: the parsed URLs of webhooks, and the checks that need no network."""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, unquote, urlsplit

from heliograph.domain.networks import NEEDS_HTTPS, SETTING, Network, TargetRefused, check
from heliograph.errors import BadRequest

_SAFE = "/?%:=&~+!$,;'@()*[]#"
_MOST_CHARACTERS = 253
# Host names have no underscores, but names of containers do.
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*+\.?\Z")
# Resolvers and browsers take a host whose last label looks like this for an IPv4 address.
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_LOCAL = frozenset(("localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"))


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL. `address` is the IP address in the URL; None if the host is a name."""

    encrypted: bool
    host: str
    address: str | None
    port: int
    path: str
    authority: str
    credentials: str | None


@lru_cache(maxsize=512)  # every delivery parses the URL of its webhook
def parse_target(url: str) -> Target:
    """Parse a URL.

    Raises:
        ValueError: it cannot be called. The message gives the reason.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("the host is not valid") from None
    encrypted = parts.scheme.lower() == "https"
    host = _host(parts)
    address = _address(host)
    port = _port(parts)
    name = f"[{host}]" if ":" in host else host
    credentials = None
    if parts.username is not None:
        credentials = b64encode(f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()).decode()
    return Target(
        encrypted=encrypted,
        host=host,
        address=address,
        port=port or (443 if encrypted else 80),
        path=quote(f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", safe=_SAFE),
        authority=f"{name}:{port}" if port else name,
        credentials=credentials,
    )


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host:
        raise ValueError("the host is missing")
    if ":" in host:
        return host.replace("%25", "%")
    try:
        name = host.encode("idna").decode() if len(host) <= _MOST_CHARACTERS else ""
    except UnicodeError:
        name = ""
    name = name.lower()
    if "[" in parts.netloc or not _NAME.match(name):
        raise ValueError("the host is not valid")
    return name


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("the port should be 1 to 65535")
    return port


def _address(host: str) -> str | None:
    """The IP address in a URL, in any notation that resolvers accept: dotted, decimal, octal, hexadecimal, IPv6."""
    try:
        if ":" in host:
            IPv6Address(host)
            return host
        if not _NUMBER.match(host.rstrip(".").rpartition(".")[2]):
            return None
        return str(IPv4Address(socket.inet_aton(host.rstrip("."))))
    except (ValueError, OSError):
        raise ValueError("the host is not a valid address") from None


def admit(url: str, allowed: Sequence[Network], path: str) -> None:
    """Refuse a target that can never be called. The address of a host name is checked at each call.

    Raises:
        BadRequest: the title begins with `path` and names the setting to change.
    """
    try:
        target = parse_target(url)
    except ValueError as error:
        raise BadRequest(f"{path} cannot be called: {error}") from None
    try:
        _check(target, allowed)
    except TargetRefused as refused:
        raise BadRequest(f"{path} cannot be called: {refused} (see {SETTING} of the server)") from None


def _check(target: Target, allowed: Sequence[Network]) -> None:
    if target.address is not None:
        check(target.address, allowed, encrypted=target.encrypted)
    elif _is_local(target.host.rstrip(".")):
        if not any(IPv4Address("127.0.0.1") in one or IPv6Address("::1") in one for one in allowed):
            check("127.0.0.1", allowed, encrypted=target.encrypted)
    elif not target.encrypted and not allowed:
        raise TargetRefused(NEEDS_HTTPS)


def _is_local(name: str) -> bool:
    return name in _LOCAL or name.endswith(".localhost")
