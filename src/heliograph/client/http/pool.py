"""The pool of a client: a lane of connections for each process and each event loop, which cannot share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from heliograph.client import forks
from heliograph.errors import ClientUnusable

if TYPE_CHECKING:
    import asyncio

Place = tuple[forks.Process, "asyncio.AbstractEventLoop | None"]
"""Where a lane can be used: a process, and in async code an event loop of it."""


class Lane(Protocol):
    """What sends requests in one place."""

    def abandon(self) -> None:
        """Give up the connections of another process without closing them for it."""


L = TypeVar("L", bound=Lane)


def sync_place() -> Place:
    """This process."""
    return forks.process(), None


def async_place() -> Place:
    """This process and the event loop that runs.

    Raises:
        ClientUnusable: the running loop is that of a parent process, or not one of asyncio.
    """
    import asyncio  # sync code goes without it

    try:
        return forks.process(), asyncio.get_running_loop()
    except RuntimeError:
        raise ClientUnusable(
            "no asyncio event loop runs in this process; after a fork, start a new one with asyncio.run",
            sent=False,
        ) from None


class Pool(Generic[L]):
    """Opens a lane where there is none yet.

    It has no lock: one that another thread holds during a fork would be held forever in the child. Every step is a
    single operation on a dict.
    """

    def __init__(self, place: Callable[[], Place], open_lane: Callable[[], L], *, bound: bool) -> None:
        """`bound`: the connections are not ours, so they cannot be told apart by process, and no child may use them."""
        self._place = place
        self._open_lane = open_lane
        self._home = forks.process() if bound else None
        self._lanes: dict[Place, L] = {}
        self._closed = False

    def lane(self, operation: str) -> L:
        """The lane of this process and event loop.

        Raises:
            ClientUnusable: the client is closed, or must not be used in this process.
        """
        place = self._place()
        return self._lanes.get(place) or self._add(place, operation)

    def end(self) -> list[L]:
        """Close the pool; returns the lanes of this process, to be closed by the caller in the event loop of each."""
        self._closed = True
        here = forks.process()
        # A transport that was given to us is ours to close even if it was never used.
        unused = [self._open_lane()] if self._home == here and not self._lanes else []
        self._drop_unusable(here)
        lanes, self._lanes = self._lanes, {}
        return [*lanes.values(), *unused]

    def _add(self, place: Place, operation: str) -> L:
        here, _ = place
        if self._home not in (None, here):
            raise ClientUnusable(
                "http_client and transport cannot be used after a fork: create the client in each process",
                operation,
                sent=False,
            )
        self._drop_unusable(here)
        lane = self._open_lane()
        if not self._closed:
            lane = self._lanes.setdefault(place, lane)
        if self._closed:
            raise ClientUnusable("the client is closed", operation, sent=False)
        return lane

    def _drop_unusable(self, here: forks.Process) -> None:
        for place in list(self._lanes):
            owner, loop = place
            if owner != here:
                forks.give_up_inherited()  # where the fork bypassed Python's hooks
                self._lanes.pop(place).abandon()
            elif loop is not None and loop.is_closed():
                self._lanes.pop(place, None)


def is_bound(http_client: object, transport: Any) -> bool:
    """Whether these may have connections that a child process would share, which we cannot know."""
    if http_client is not None or transport is None:
        return http_client is not None
    import httpx

    return not isinstance(transport, httpx.MockTransport | httpx.WSGITransport | httpx.ASGITransport)
