"""Runs the load generator and measures the resources of the server."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.processes import Process
from bench.scenarios import Load

LOADER = Path(".bench/load")
_MAX_SECONDS = 600


class LoadResult(Struct):
    """The output of the generator. Times are in microseconds; `taken` is the number of lines that were sent."""

    requests: int
    taken: int
    microseconds: int
    cpu_microseconds: int
    statuses: dict[str, int]
    errors: dict[str, int]
    reconnects: int
    late: int
    """Requests of the open loop that were sent more than a millisecond after they were due."""
    unsent: int
    """Requests of the open loop that were due and never sent."""
    p50: int
    p90: int
    p99: int
    p999: int
    max: int


class Measured(Struct):
    """One run of the generator against one server."""

    result: LoadResult
    cpu_seconds: float
    database_cpu_seconds: float
    written_bytes: float
    memory_bytes: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.result.requests / max(self.result.microseconds, 1) * 1e6

    @property
    def busy(self) -> float:
        """Processor time of the server per second."""
        return self.cpu_seconds / max(self.result.microseconds, 1) * 1e6

    @property
    def errors(self) -> int:
        """Failed requests and connections."""
        return sum(self.result.errors.values())

    @property
    def cpu_each(self) -> float:
        """Processor time of the server per request, in microseconds."""
        return self.cpu_seconds / max(self.result.requests, 1) * 1e6

    @property
    def written_each(self) -> float:
        """Bytes that server and database wrote to files per request."""
        return self.written_bytes / max(self.result.requests, 1)

    @property
    def database_cpu_each(self) -> float:
        """Processor time of the database per request, in microseconds."""
        return self.database_cpu_seconds / max(self.result.requests, 1) * 1e6


def run(
    port: int, load: Load, connections: int, seconds: float, rate: float | None = None, keys: str | None = None
) -> LoadResult:
    """Send the load until the time is up or all lines were sent, at `rate` requests per second if given.

    With `keys`, each request has an idempotency key. The keys are in ascending order (`ordered`) or `random`.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("\n".join(load.lines) + "\n")
        file.flush()
        options = ["-1"] * load.once + [f"-r{rate}"] * (rate is not None) + [f"-k{keys}"] * (keys is not None)
        done = subprocess.run(
            [LOADER, f"-c{connections}", f"-s{seconds}", *options, "127.0.0.1", str(port), file.name],
            env={**os.environ, "LOAD_AUTHORIZATION": load.world.authorization},
            stdout=subprocess.PIPE,
            check=True,
        )
    return msgspec.json.decode(done.stdout, type=LoadResult)


def measure(
    server: Process,
    load: Load,
    connections: int,
    seconds: float = _MAX_SECONDS,
    database: Process | None = None,
    rate: float | None = None,
    keys: str | None = None,
) -> Measured:
    """Send the load to a server, and measure it; `database` is the process of its database, if separate."""
    before, of_database = _used(server), _used(database)
    result = run(server.port, load, connections, seconds, rate, keys)
    cpu, written = (after - first for after, first in zip(_used(server), before, strict=True))
    database_cpu, more = (after - first for after, first in zip(_used(database), of_database, strict=True))
    return Measured(result, cpu, database_cpu, written + more, server.memory_bytes())


def _used(process: Process | None) -> tuple[float, float]:
    """The processor time of a process and the bytes that it has written, so far."""
    return (process.cpu_seconds(), process.written_bytes()) if process else (0.0, 0.0)
