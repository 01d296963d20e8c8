"""Starts the receiver, and reads which calls arrived and when."""

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
_POLL_SECONDS = 0.02
# About the size of a webhook call for a message of the scenarios.
_CALL = '{"text":"1","padding":"' + "x" * 700 + '"}'


class Arrival(NamedTuple):
    """A call: nanoseconds of the system-wide monotonic clock, number of the endpoint, and mark."""

    nanoseconds: int
    endpoint: int
    mark: int


class Receiver:
    """Endpoints with separate ports, as webhooks of different customers have different hosts."""

    def __init__(self, process: Process, ports: list[int], answering: int, notes: int) -> None:
        self.process = process
        self.targets = [f"http://127.0.0.1:{port}/" for port in ports]
        self._answering = answering
        self._notes = notes

    def arrivals(self) -> list[Arrival]:
        """Every call so far that got a response, in order of arrival."""
        return [one for one in self._read() if one.endpoint < self._answering]

    def hung(self) -> int:
        """The number of calls to endpoints that never respond."""
        return sum(one.endpoint >= self._answering for one in self._read())

    def _read(self) -> Iterator[Arrival]:
        size = os.fstat(self._notes).st_size // NOTE.size * NOTE.size
        return (Arrival(*note) for note in NOTE.iter_unpack(os.pread(self._notes, size, 0)))

    def wait(self, count: int, patience: float) -> list[Arrival]:
        """Wait for `count` different calls, or for `patience` seconds without one; returns every call."""
        seen, since = 0, time.monotonic()
        while time.monotonic() < since + patience:
            size = os.fstat(self._notes).st_size
            if size > seen:
                seen, since = size, time.monotonic()
                if size // NOTE.size >= count and len(first_arrivals(self.arrivals())) >= count:
                    break
            time.sleep(_POLL_SECONDS)
        return self.arrivals()


def first_arrivals(arrivals: list[Arrival]) -> dict[tuple[int, int], int]:
    """The first arrival of each call by endpoint and mark, without repetitions."""
    found: dict[tuple[int, int], int] = {}
    for one in arrivals:
        found.setdefault((one.endpoint, one.mark), one.nanoseconds)
    return found


@contextmanager
def receiving(answering: int, silent: int = 0) -> Iterator[Receiver]:
    """A receiver with `answering` endpoints that respond, followed by `silent` ones that never do."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(answering + silent)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
            one.listen(_BACKLOG)
        # In memory, so that a record does not wait for the disk of the database.
        notes = os.memfd_create("notes")
        stack.callback(os.close, notes)
        ports = [one.getsockname()[1] for one in sockets]
        process = stack.enter_context(processes.receiver(ports[0], notes, silent, [one.fileno() for one in sockets]))
        yield Receiver(process, ports, answering, notes)


def rate(connections: int, seconds: float) -> float:
    """Calls per second that the receiver handles from the load generator: an upper limit of every measurement."""
    with receiving(1) as receiver:
        result = load.run(
            receiver.process.port, Load(World("", ""), [f"POST\t/\t{_CALL}"], once=False), connections, seconds
        )
    if result.statuses != {"200": result.requests}:
        raise RuntimeError(f"the receiver refused calls: {result.statuses}")
    return result.requests / result.microseconds * 1e6
