"""The measured costs of single operations, as `bench/results/costs.json` stores them.

Processor times are in microseconds per operation. Each was measured in turns with the bare handler, so that a machine
that other programs slow down for a while does not distort the relation between two operations.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

COSTS = Path("bench/results/costs.json")

JOIN, LEAVE = "join", "leave"
LIST, LIST_NEW = "list", "list-new"
POST_2, POST_100 = "post-2", "post-100"
CREATE_USER, GET_USER = "create-user", "get-user"
OPERATIONS = {
    JOIN: "join",
    LEAVE: "leave",
    LIST: "list of 25, remembered",
    LIST_NEW: "list of 25, from the database",
    POST_2: "post to a group of 2",
    POST_100: "post to a group of 120",
    CREATE_USER: "create user",
    GET_USER: "get user",
}
"""The operations in the order in which they are measured, with their descriptions."""
WRITES = frozenset({JOIN, LEAVE, POST_2, POST_100, CREATE_USER})


SATURATED = 1.0
"""How busy a process counts as that always has a request to work on, as in the closed loop."""
BUSIEST = 0.99
"""The most that a process counts as at a constant rate."""


class Point(Struct):
    """An operation that is sent alone, so often that the server is busy to this extent: medians of the rounds."""

    busy: float
    """Processor time of the server process per second; `SATURATED` in the closed loop."""
    rate: float
    """Per second."""
    cpu: float
    """Processor time of the server process."""
    database_cpu: float
    """Processor time of the database, if it is a separate process."""
    bare_cpu: float
    """Processor time of the bare handler per request of the same kind, in the neighbouring turns."""
    batch_size: float
    """Calls in a transaction, 0 if there was none."""
    batch_seconds: float
    """Duration of a transaction."""
    log: float
    """Bytes of the write-ahead log; on SQLite all that was written to disk."""


class Volume(Struct):
    """Bytes per operation."""

    log_most: float
    """Of the write-ahead log, in the round with the most: after a checkpoint PostgreSQL logs whole pages."""
    kept: float
    """Of rows that are deleted after `--keep-days`, and of their indexes."""
    lasting: float
    """Of all other rows, and of their indexes."""
    request: float
    response: float


class OperationCost(Struct):
    """What an operation costs."""

    points: list[Point]
    volume: Volume

    def at(self, field: str, busy: float) -> float:
        """A field of the points on a server process that is this busy."""
        return interpolated([(one.busy, getattr(one, field)) for one in self.points], busy)

    @property
    def seconds_each(self) -> float:
        """Duration of a transaction per call on a saturated server; 0 if it has none.

        What was measured includes waiting for a core on a machine with few. With enough of them, a transaction takes no
        longer than all processor time of its calls.
        """
        most = self.points[-1]
        if not most.batch_size:
            return 0
        return min(most.batch_seconds / most.batch_size, (most.cpu + most.database_cpu) / 1e6)


class CallPoint(Struct):
    """Processor times of a call of a webhook, on a server that is busy to this extent."""

    busy: float
    cpu: float
    database_cpu: float


class DeliveryCost(Struct):
    """What a call of a webhook costs, besides the operation that caused it."""

    points: list[CallPoint]
    rate: float
    """Per second and process, to one webhook."""
    log: float
    kept: float
    call: float
    """Bytes of a call."""
    delay_p50: float
    """Microseconds from the response of the operation to the call, on a server with little to do."""
    delay_p99: float

    def at(self, field: str, busy: float) -> float:
        """A field of the points on a server process that is this busy."""
        return interpolated([(one.busy, getattr(one, field)) for one in self.points], busy)


class EngineCosts(Struct):
    """The costs on an engine. Memory is of one server process."""

    version: str
    operations: dict[str, OperationCost]
    delivery: DeliveryCost
    memory_bytes: int
    start_seconds: float


class Check(Struct):
    """A mix of operations at a constant rate: what the model predicts, and what was measured."""

    engine: str
    rates: dict[str, float]
    """Operations per second."""
    calls: float
    """Calls of webhooks per second."""
    seconds: float
    errors: int
    bare_cpu: float
    """Processor time of the bare handler right before and after."""
    predicted: dict[str, float]
    measured: dict[str, float]


class Costs(Struct):
    """Everything that was measured, and on which machine."""

    machine: dict[str, str]
    rounds: int
    seconds: float
    engines: dict[str, EngineCosts]
    checks: list[Check] = []

    @property
    def speed(self) -> float:
        """Requests of the bare handler per second of processor time: the unit in which machines are compared."""
        return 1e6 / self.bare_cpu

    @property
    def bare_cpu(self) -> float:
        """Processor time of the bare handler per request in the closed loop."""
        points = [cost.points[-1] for engine in self.engines.values() for cost in engine.operations.values()]
        return sum(one.bare_cpu for one in points) / len(points)


def interpolated(points: Sequence[tuple[float, float]], at: float) -> float:
    """The value at a place between two points; that of the nearest point outside of them."""
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in itertools.pairwise(points):
        if at < right:
            return low + (at - left) / (right - left) * (high - low)
    return points[-1][1]


def load(path: Path = COSTS) -> Costs:
    """The stored costs."""
    return msgspec.json.decode(path.read_bytes(), type=Costs)


def store(costs: Costs, path: Path) -> None:
    """Write the costs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(costs), indent=1) + b"\n")
