"""Hosts, ports and path prefixes that may stand in a URL of ours, whoever names them."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from typing import NamedTuple

from heliograph.errors import UsageError

SCHEMES = ("http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443}
HOST_LENGTH = 255 + len(":65535")
# Narrower than RFC 3986, which allows sub-delimiters and percent-encoding in names: no DNS name has them, and an
# injection would consist of them.
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>\w[\w.-]{0,254}))(?::(?P<port>\d{0,5}))?", re.ASCII)
_PREFIX = re.compile(r"(?:/(?!\.\.?(?:/|\Z))(?:[\w.~!$&'()*+;=:@-]|%[0-9A-Fa-f]{2})+)+", re.ASCII)


class Host(NamedTuple):
    """A name or an address as it stands in a URL (IPv6 in brackets), and the port if one is given."""

    name: str
    port: int | None

    def authority(self, scheme: str) -> str:
        """The host and the port, without the port that the scheme implies."""
        if self.port is None or self.port == _DEFAULT_PORTS[scheme]:
            return self.name
        return f"{self.name}:{self.port}"


def parse_host(text: str) -> Host | None:
    """The host that a `Host` header or a proxy names; None if it may not stand in a URL."""
    # The length goes first: what is cached must be small.
    return _parse_host(text) if len(text) <= HOST_LENGTH else None


@lru_cache(maxsize=512)
def _parse_host(text: str) -> Host | None:
    found = _HOST.fullmatch(text)
    if found is None:
        return None
    name = found["name"]
    if name is None:
        try:
            name = f"[{IPv6Address(found['v6']).compressed}]"
        except ValueError:
            return None
    if not found["port"]:
        return Host(name, None)
    port = parse_port(found["port"])
    return Host(name, port) if port else None


def parse_port(text: str) -> int | None:
    """A port of TCP; None if it is no such thing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 65535 else None


def parse_prefix(text: str) -> str | None:
    """A path prefix such as `/sc`, without a slash at its end; None if it may not stand in a URL."""
    text = text.removesuffix("/")
    return text if not text or (len(text) <= HOST_LENGTH and _PREFIX.fullmatch(text)) else None


def parse_public_url(text: str) -> str:
    """The setting `public_url` in its normal form, without a slash at its end.

    Raises:
        UsageError: it is not an http(s) URL of a host and at most a path.
    """
    if not text:
        return ""
    scheme, _, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    host, prefix = parse_host(authority), parse_prefix(slash + path)
    if scheme.lower() not in SCHEMES or host is None or prefix is None:
        raise UsageError(f"--public-url should be a URL such as https://chat.example.com/sc: {text!r}")
    return f"{scheme.lower()}://{host.authority(scheme.lower())}{prefix}"


def parse_root_path(text: str) -> str:
    """The setting `root_path` without a slash at its end.

    Raises:
        UsageError: it is not the beginning of a path.
    """
    prefix = parse_prefix(text)
    if prefix is None:
        raise UsageError(f"--root-path should be a path such as /sc: {text!r}")
    return prefix
