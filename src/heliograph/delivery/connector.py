"""Opens connections, only to addresses that passed the network check."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

from heliograph.delivery.idle_connections import Connection
from heliograph.delivery.resolver import Resolver
from heliograph.domain import networks
from heliograph.domain.networks import Network, TargetRefused
from heliograph.domain.targets import Target

# How long closing a TLS connection waits for the peer's close_notify.
_CLOSING_SECONDS = 1.0


class Connector:
    """Opens connections for apps. Name lookups are shared fairly between them."""

    def __init__(self, allowed: Sequence[Network], timeout: float) -> None:
        self._allowed = allowed
        self.timeout = timeout
        """The time of a call in seconds, from the moment at which its lookup gets a thread."""
        self._resolver = Resolver()
        self._tls: ssl.SSLContext | None = None

    async def connect(self, app_id: str, target: Target, deadline: asyncio.Timeout | None = None) -> Connection:
        """Open a connection to the first address of the target that the check allows.

        A `deadline` is postponed by the time that the lookup waits for a thread: that is not a delay of the endpoint.

        Raises:
            TargetRefused: no address may be called.
            OSError: the name cannot be resolved, or no connection can be opened.
        """
        if target.address is not None:
            addresses = [target.address]
        else:
            addresses = await self._resolve(app_id, target.host, deadline)
        failure: Exception = OSError("the host name has no address")
        for address in addresses:
            try:
                networks.check(address, self._allowed, encrypted=target.encrypted)
                if not target.encrypted:
                    return await asyncio.open_connection(address, target.port)
                return await asyncio.open_connection(
                    address,
                    target.port,
                    ssl=self._context(),
                    server_hostname=target.host.partition("%")[0].rstrip("."),
                    ssl_shutdown_timeout=_CLOSING_SECONDS,
                )
            except (TargetRefused, OSError) as error:
                failure = error
        raise failure

    async def _resolve(self, app_id: str, host: str, deadline: asyncio.Timeout | None) -> list[str]:
        lookup = self._resolver.look_up(app_id, host)
        if deadline is not None and not lookup.started.done():
            deadline.reschedule(None)
            await asyncio.shield(lookup.started)
            deadline.reschedule(asyncio.get_running_loop().time() + self.timeout)
        return await asyncio.shield(lookup.result)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def close(self) -> None:
        """Cancel the lookups in progress."""
        self._resolver.close()


def described(error: Exception) -> str:
    """The reason why a connection failed, for the owner of the URL."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'failed'}"
    return str(error) or type(error).__name__
