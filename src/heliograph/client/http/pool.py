"""The connection pool of a client, with separate connections for each process and each event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from heliograph.client import forks
from heliograph.errors import ClientUnusable

if TYPE_CHECKING:
    import asyncio

Owner = tuple[forks.Process, "asyncio.AbstractEventLoop | None"]
"""The owner of a transport: a process, and in async code one of its event loops."""


class PooledTransport(Protocol):
    """The connections of one owner."""

    def abandon(self) -> None:
        """Discard connections inherited from another process without closing them there."""


T = TypeVar("T", bound=PooledTransport)


def sync_owner() -> Owner:
    """The current process."""
    return forks.process(), None


def async_owner() -> Owner:
    """The current process and its running event loop.

    Raises:
        ClientUnusable: no asyncio event loop is running, or only that of a parent process.
    """
    import asyncio  # not needed by sync code

    try:
        return forks.process(), asyncio.get_running_loop()
    except RuntimeError:
        raise ClientUnusable(
            "no asyncio event loop runs in this process; after a fork, start a new one with asyncio.run",
            sent=False,
        ) from None


class Pool(Generic[T]):
    """Opens a transport for each owner.

    It has no lock, because a lock held by another thread during a fork would stay held in the child. Every step is a
    single operation on a dict.
    """

    def __init__(self, current_owner: Callable[[], Owner], open_transport: Callable[[], T], *, bound: bool) -> None:
        """`bound`: the connections belong to the caller and cannot be separated by process; no child may use them."""
        self._current_owner = current_owner
        self._open_transport = open_transport
        self._home = forks.process() if bound else None
        self._transports: dict[Owner, T] = {}
        self._closed = False

    def transport(self, operation: str) -> T:
        """The transport of the current process and event loop.

        Raises:
            ClientUnusable: the client is closed, or must not be used in this process.
        """
        owner = self._current_owner()
        return self._transports.get(owner) or self._add(owner, operation)

    def close(self) -> list[T]:
        """Close the pool; returns the transports of this process, which the caller has to close."""
        self._closed = True
        here = forks.process()
        # The transport of the caller has to be closed even if it was never used.
        unused = [self._open_transport()] if self._home == here and not self._transports else []
        self._drop_unusable(here)
        transports, self._transports = self._transports, {}
        return [*transports.values(), *unused]

    def _add(self, owner: Owner, operation: str) -> T:
        here, _ = owner
        if self._home not in (None, here):
            raise ClientUnusable(
                "http_client and transport cannot be used after a fork: create the client in each process",
                operation,
                sent=False,
            )
        self._drop_unusable(here)
        transport = self._open_transport()
        if not self._closed:
            transport = self._transports.setdefault(owner, transport)
        if self._closed:
            raise ClientUnusable("the client is closed", operation, sent=False)
        return transport

    def _drop_unusable(self, here: forks.Process) -> None:
        for owner in list(self._transports):
            process, loop = owner
            if process != here:
                forks.disable_inherited()  # for forks that bypass Python's hooks
                self._transports.pop(owner).abandon()
            elif loop is not None and loop.is_closed():
                self._transports.pop(owner, None)


def is_bound(http_client: object, transport: Any) -> bool:
    """Whether these may hold connections that a child process would share."""
    if http_client is not None or transport is None:
        return http_client is not None
    import httpx

    return not isinstance(transport, httpx.MockTransport | httpx.WSGITransport | httpx.ASGITransport)
