"""The measured costs of single operations, as `bench/results/costs.json` stores them.

Processor times are in microseconds per operation. Each was measured in turns with the bare handler, so that other
programs, which slow down the machine for a while, do not distort the ratio of two operations.
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
"""The value of `busy` for a process that always has a request to work on, as in the closed loop."""
BUSIEST = 0.99
"""The maximum of `busy` for a process at a constant rate."""


class Point(Struct):
    """The cost of an operation that is the only load of a server, at one level of load: medians of the rounds."""

    busy: float
    """Processor time of the server process per second; `SATURATED` in the closed loop."""
    rate: float
    """Per second."""
    cpu: float
    """Processor time of the server process."""
    database_cpu: float
    """Processor time of the database, if it is a separate process."""
    bare_cpu: float
    """Processor time of the bare handler per request of the same kind, in the adjacent turns."""
    batch_size: float
    """Calls per transaction; 0 without transactions."""
    batch_seconds: float
    """Duration of a transaction."""
    log: float
    """Bytes of the write-ahead log; on SQLite, of all writes to disk."""


class Volume(Struct):
    """Bytes per operation."""

    log_most: float
    """Bytes of the write-ahead log, in the round with the most: after a checkpoint, PostgreSQL logs whole pages."""
    kept: float
    """Bytes of rows that are deleted after `--keep-days`, and of their indexes."""
    lasting: float
    """Bytes of all other rows, and of their indexes."""
    request: float
    response: float


class OperationCost(Struct):
    """The costs of an operation at several levels of load."""

    points: list[Point]
    volume: Volume

    def at(self, field: str, busy: float) -> float:
        """A field of the points on a server process that is this busy."""
        return interpolated([(one.busy, getattr(one, field)) for one in self.points], busy)

    @property
    def seconds_each(self) -> float:
        """Duration of a transaction per call on a saturated server; 0 for operations without a transaction.

        On a machine with few cores, the measured duration includes waiting for a core. With enough cores, a transaction
        takes no longer than all processor time of its calls.
        """
        most = self.points[-1]
        if not most.batch_size:
            return 0
        return min(most.batch_seconds / most.batch_size, (most.cpu + most.database_cpu) / 1e6)


class CallPoint(Struct):
    """Processor times of a call of a webhook, at one level of load."""

    busy: float
    cpu: float
    database_cpu: float


class DeliveryCost(Struct):
    """The costs of a call of a webhook, without the operation that caused it."""

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
    """The costs on an engine. The memory is that of one server process."""

    version: str
    operations: dict[str, OperationCost]
    delivery: DeliveryCost
    memory_bytes: int
    start_seconds: float


class Check(Struct):
    """A mix of operations at a constant rate, with the predictions of the model and the measurements."""

    engine: str
    rates: dict[str, float]
    """Operations per second."""
    calls: float
    """Calls of webhooks per second."""
    seconds: float
    errors: int
    bare_cpu: float
    """Processor time of the bare handler, measured right before and after the mix."""
    predicted: dict[str, float]
    measured: dict[str, float]


class Costs(Struct):
    """All measured costs, with the machine on which they were measured."""

    machine: dict[str, str]
    rounds: int
    seconds: float
    engines: dict[str, EngineCosts]
    checks: list[Check] = []

    @property
    def speed(self) -> float:
        """Requests of the bare handler per second of processor time: the unit for the speed of a machine."""
        return 1e6 / self.bare_cpu

    @property
    def bare_cpu(self) -> float:
        """Processor time of the bare handler per request in the closed loop."""
        points = [cost.points[-1] for engine in self.engines.values() for cost in engine.operations.values()]
        return sum(one.bare_cpu for one in points) / len(points)


def interpolated(points: Sequence[tuple[float, float]], at: float) -> float:
    """The linear interpolation of the points at `at`; outside of the points, the value of the nearest point."""
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
