"""The interface of a peer for the benchmark."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.engines import Engine
from bench.peers.rooms import Rooms
from bench.processes import Process


@dataclass(frozen=True)
class Peer:
    """A server that is measured next to this one."""

    name: str
    embedded: str
    """The storage that it uses without a database server."""
    prepare: Callable[[], str | None]
    """Makes sure that the peer can run. If it cannot, returns one line: what is missing, and how to install it."""
    version: Callable[[], str]
    serve: Callable[[Path, Engine | None], AbstractContextManager[Process]]
    """Runs an instance in a new folder: embedded, or on a new database of the engine."""
    build: Callable[[Process, int], Rooms]
    """Creates the rooms for a number of turns."""
