"""Checks of the settings: proxies, the public URL, and the tools for tests."""

from __future__ import annotations

from collections.abc import Iterator

from heliograph.cli.doctor.findings import Finding, failure, ok, warning
from heliograph.domain import stand_ins
from heliograph.domain.networks import networks_of
from heliograph.errors import UsageError
from heliograph.sandbox import tools
from heliograph.server.http.proxies import Proxies
from heliograph.settings import Settings, is_loopback

_LISTS = "list addresses and networks, as docs/reference/settings.md describes"


def check_settings(settings: Settings, *, embedded: bool) -> Iterator[Finding]:
    """The findings for the settings. `embedded` is whether the database is a file of this server."""
    yield check_proxies(settings)
    yield check_public_url(settings)
    yield check_networks(settings, embedded=embedded)
    yield check_tools(settings, embedded=embedded)


def check_proxies(settings: Settings) -> Finding:
    """Whether the trusted proxies are valid, and not everyone."""
    try:
        Proxies(settings.trusted_proxies)
    except UsageError as error:
        return failure("proxies", str(error), _LISTS)
    if "*" in settings.trusted_proxies and not is_loopback(settings.host):
        return warning(
            "proxies",
            f"every peer of {settings.host} is trusted: it can choose the URL in links and its own address in logs",
            "name the addresses of the proxies in --trusted-proxies",
        )
    return ok("proxies", f"trusted: {settings.trusted_proxies}")


def check_public_url(settings: Settings) -> Finding:
    """Whether clients can use TLS."""
    if settings.public_url.startswith("https://"):
        return ok("public URL", settings.public_url)
    if is_loopback(settings.host) and not settings.public_url:
        return ok("public URL", f"none: only this machine can reach {settings.host}")
    return warning(
        "public URL",
        f"{settings.public_url or f'none, and {settings.host} can be reached from other machines'}: this server has "
        "no TLS, and clients send their keys",
        "put a proxy with TLS in front, and set --public-url https://…",
    )


def check_networks(settings: Settings, *, embedded: bool) -> Finding:
    """Whether the networks that webhooks may call are valid."""
    try:
        allowed = networks_of(settings, embedded=embedded)
    except UsageError as error:
        return failure("networks", str(error), _LISTS)
    also = f", and {', '.join(map(str, allowed))}" if allowed else ""
    return ok("networks", f"webhooks may call public addresses over https{also}")


def check_tools(settings: Settings, *, embedded: bool) -> Finding:
    """Whether a server that others can reach has the tools for tests."""
    try:
        offered = {
            "sandbox tools": tools.offered(settings, embedded=embedded),
            "stand-ins": stand_ins.offered(settings, embedded=embedded),
        }
    except UsageError as error:
        return failure("sandbox", str(error), "remove --sandbox-tools or --workers")
    active = " and ".join(name for name, is_offered in offered.items() if is_offered)
    if not active:
        return ok("sandbox", "no sandbox tools, no stand-ins")
    if is_loopback(settings.host):
        return ok("sandbox", f"{active} on {settings.host}")
    return warning(
        "sandbox",
        f"{active} on {settings.host}, which other machines can reach: a key is enough to delete what is in an app",
        "remove --sandbox-tools and --stand-ins in production",
    )
