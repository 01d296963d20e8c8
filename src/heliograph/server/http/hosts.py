"""Validates hosts, ports and path prefixes before they become part of the server's own URLs."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from typing import NamedTuple

from heliograph.errors import UsageError

SCHEMES = ("http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443}
HOST_LENGTH = 255 + len(":65535")
# Stricter than RFC 3986, which allows sub-delimiters and percent-encoding in names: DNS names do not contain them, and
# injections do.
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>\w[\w.-]{0,254}))(?::(?P<port>\d{0,5}))?", re.ASCII)
_PREFIX = re.compile(r"(?:/(?!\.\.?(?:/|\Z))(?:[\w.~!$&'()*+;=:@-]|%[0-9A-Fa-f]{2})+)+", re.ASCII)


class Host(NamedTuple):
    """A host name or an address (IPv6 in brackets, as in URLs), and a port if one is given."""

    name: str
    port: int | None

    def authority(self, scheme: str) -> str:
        """The host and the port, without the port that the scheme implies."""
        if self.port is None or self.port == _DEFAULT_PORTS[scheme]:
            return self.name
        return f"{self.name}:{self.port}"


def parse_host(text: str) -> Host | None:
    """The host in a `Host` header or in a proxy's header; None if it is not valid."""
    # The length is checked first, so that cached keys are small.
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
    """A TCP port; None if it is not valid."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 65535 else None


def parse_prefix(text: str) -> str | None:
    """A path prefix such as `/sc`, without a trailing slash; None if it is not valid."""
    text = text.removesuffix("/")
    return text if not text or (len(text) <= HOST_LENGTH and _PREFIX.fullmatch(text)) else None


def parse_public_url(text: str) -> str:
    """The setting `public_url`, normalized and without a trailing slash.

    Raises:
        UsageError: it is not an http(s) URL with a host and optionally a path.
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
    """The setting `root_path` without a trailing slash.

    Raises:
        UsageError: it is not a valid path prefix.
    """
    prefix = parse_prefix(text)
    if prefix is None:
        raise UsageError(f"--root-path should be a path such as /sc: {text!r}")
    return prefix
