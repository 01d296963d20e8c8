"""Checks of a server from outside, as its clients reach it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from heliograph._version import __version__
from heliograph.cli.doctor.findings import Finding, failure, ok, warning
from heliograph.cli.doctor.machine import info_of
from heliograph.cli.probing import probe
from heliograph.settings import is_loopback

_PORTS = {"http": 80, "https": 443}
_FORWARD = (
    "let the proxy send X-Forwarded-Proto and X-Forwarded-Host, and name it in --trusted-proxies; or set --public-url"
)


def check_server(url: str) -> Iterator[Finding]:
    """The findings for the server at `url`, without credentials."""
    problem = probe(url, "/health/ready").problem
    if problem is not None:
        yield failure(
            "server", f"{url} is not ready: {problem}", "start it, or check the URL, the proxy and `heliograph status`"
        )
        return
    yield ok("server", f"{url} is ready")
    yield judge_encryption(url)
    info = info_of(url)
    if info is None or info["title"] != "Heliograph":
        yield warning("version", f"{url} does not have the OpenAPI document of Heliograph", "check the URL")
        return
    yield judge_version(info["version"])
    yield judge_links(url, info["url"])


def judge_version(found: str) -> Finding:
    """Whether the server has the version of this program."""
    if found == __version__:
        return ok("version", f"the server is Heliograph {found}")
    text = f"the server is Heliograph {found}, and this program {__version__}"
    return warning("version", text, "use the same version on both sides")


def judge_encryption(url: str) -> Finding:
    """Whether keys are encrypted on their way."""
    parts = urlsplit(url)
    if parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return ok("TLS", "keys are encrypted on their way" if parts.scheme == "https" else "not needed on this machine")
    return warning("TLS", f"keys are sent to {url} without encryption", "put a proxy with TLS in front of the server")


def judge_links(given: str, found: str) -> Finding:
    """Whether the links in responses lead back to the URL that clients use."""
    if _parts(given) == _parts(found):
        return ok("links", f"begin with {found}")
    text = f"links in responses begin with {found}, and not with {given}"
    (scheme, host, *_), (found_scheme, found_host, *_) = _parts(given), _parts(found)
    if host == found_host or (scheme, found_scheme) == ("https", "http"):
        return failure("links", text, _FORWARD)
    return warning("links", text, f"{_FORWARD}. If {given} is an internal address, this is correct")


def _parts(url: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme), parts.path.rstrip("/")
