"""The receiver, started and read: which calls came, and when."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from bench import load, processes
from bench.processes import Process
from bench.receiver import NOTE
from bench.scenarios import Load
from bench.worlds import World

_BACKLOG = 1024
_LOOK_SECONDS = 0.02
# About as much as the message of the scenarios is told in.
_CALL = '{"text":"1","padding":"' + "x" * 700 + '"}'


class Arrival(NamedTuple):
    """A call: nanoseconds of the clock that all processes share, the number of the endpoint, the mark it carried."""

    nanoseconds: int
    endpoint: int
    mark: int


class Receiver:
    """Endpoints, each with a port of its own, as webhooks of several customers have hosts of their own."""

    def __init__(self, process: Process, ports: list[int], answering: int, notes: int) -> None:
        self.process = process
        self.targets = [f"http://127.0.0.1:{port}/" for port in ports]
        self._answering = answering
        self._notes = notes

    def arrivals(self) -> list[Arrival]:
        """Every call so far that was answered, in their order."""
        return [one for one in self._read() if one.endpoint < self._answering]

    def hung(self) -> int:
        """How many calls came to endpoints that never answer."""
        return sum(one.endpoint >= self._answering for one in self._read())

    def _read(self) -> Iterator[Arrival]:
        size = os.fstat(self._notes).st_size // NOTE.size * NOTE.size
        return (Arrival(*note) for note in NOTE.iter_unpack(os.pread(self._notes, size, 0)))

    def wait(self, count: int, patience: float) -> list[Arrival]:
        """Every call, once so many different ones have come, or none came for so many seconds."""
        seen, since = 0, time.monotonic()
        while time.monotonic() < since + patience:
            size = os.fstat(self._notes).st_size
            if size > seen:
                seen, since = size, time.monotonic()
                if size // NOTE.size >= count and len(firsts(self.arrivals())) >= count:
                    break
            time.sleep(_LOOK_SECONDS)
        return self.arrivals()


def firsts(arrivals: list[Arrival]) -> dict[tuple[int, int], int]:
    """When each call came first, by endpoint and mark: one that was repeated is still one."""
    found: dict[tuple[int, int], int] = {}
    for one in arrivals:
        found.setdefault((one.endpoint, one.mark), one.nanoseconds)
    return found


@contextmanager
def receiving(answering: int, silent: int = 0) -> Iterator[Receiver]:
    """A receiver with so many endpoints that answer, and behind them so many that never do."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(answering + silent)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
            one.listen(_BACKLOG)
        # In memory, because a note must not wait for the disk of the database.
        notes = os.memfd_create("notes")
        stack.callback(os.close, notes)
        ports = [one.getsockname()[1] for one in sockets]
        process = stack.enter_context(processes.receiver(ports[0], notes, silent, [one.fileno() for one in sockets]))
        yield Receiver(process, ports, answering, notes)


def rate(connections: int, seconds: float) -> float:
    """Calls a second that the receiver answers to the load generator: what no server can be measured beyond."""
    with receiving(1) as receiver:
        told = load.run(
            receiver.process.port, Load(World("", ""), [f"POST\t/\t{_CALL}"], once=False), connections, seconds
        )
    if told.statuses != {"200": told.requests}:
        raise RuntimeError(f"the receiver refuses what it is told: {told.statuses}")
    return told.requests / told.microseconds * 1e6
