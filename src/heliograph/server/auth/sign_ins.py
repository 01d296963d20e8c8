"""The limit of failed sign-ins, in this process for each address."""

from __future__ import annotations

import contextlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address, ip_address, ip_network

from heliograph.errors import RateLimited, Unauthorized

FAILURES = 10
"""The number of failures in a minute after which an address has to wait."""
_SECONDS = 60.0
_ADDRESSES = 10_000
_SITE_BITS = 64
_TOO_MANY = "Too many failed sign-ins"


class SignInLimit:
    """Allows each address a number of failed sign-ins per minute. Attempts in progress count as failures."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, addresses: int = _ADDRESSES) -> None:
        """Failures of up to this number of addresses are remembered."""
        self._clock = clock
        self._addresses = addresses
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    @contextlib.contextmanager
    def attempt(self, address: str | None) -> Iterator[None]:
        """Count the block as a failure if it raises Unauthorized.

        Raises:
            RateLimited: the address has failed too often; `Retry-After` is the time until the next attempt.
        """
        now, owner = self._clock(), _owner_of(address)
        recent = [moment for moment in self._failures.pop(owner, ()) if moment > now - _SECONDS]
        self._failures[owner] = recent
        if len(recent) >= FAILURES:
            wait = math.ceil(recent[0] + _SECONDS - now)
            raise RateLimited(_TOO_MANY, headers={"retry-after": str(wait)})
        if len(self._failures) > self._addresses:
            self._failures.popitem(last=False)
        recent.append(now)
        failed = False
        try:
            yield
        except Unauthorized:
            failed = True
            raise
        finally:
            if not failed:
                self._forget(owner, now)

    def _forget(self, owner: str, moment: float) -> None:
        recent = self._failures.get(owner, [])
        if moment in recent:
            recent.remove(moment)
        if not recent:
            self._failures.pop(owner, None)


def _owner_of(address: str | None) -> str:
    """The address, or the /64 network of an IPv6 address, because one site has all of it; empty if it is unknown."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, _SITE_BITS), strict=False))
    return str(parsed)
