"""The plan of a run: which parts to measure, with which sizes and durations."""

from __future__ import annotations

from msgspec import Struct


class Sizes(Struct, frozen=True):
    """The sizes that growth compares."""

    conversations: tuple[int, ...] = (100, 10_000, 100_000)
    databases: tuple[int, int] = (1_000, 1_000_000)
    joins: int = 10_000
    """Joins into conversations of each size; half as many into each database."""


class Plan(Struct, frozen=True):
    """Which parts a run measures, for how long, and how often.

    Many short rounds even out other activity of the machine, which varies within seconds.
    """

    connections: tuple[int, ...] = (1, 16, 64)
    only: str | None = None
    seconds: float = 1
    rounds: int = 9
    users: int = 100_000
    growth: Sizes = Sizes()
    requests: int = 1_000_000
    starts: int = 5
    backlog: int = 30_000
    """Pending deliveries when the server starts."""
    webhooks: tuple[int, ...] = (1, 10)
    """Numbers of webhooks that get the backlog."""
    steady_seconds: float = 20
    """Duration of the measurement of delays."""
    rate: float | None = None
    """Messages per second while delays are measured, or requests per second of the open loop; None for the defaults."""
    hanging_rounds: int = 5
    workers: int = 1
    """Server processes."""
    scenario: str | None = None
    """The scenario of the open loop; None for all."""
    open_seconds: float = 5
    open_rounds: int = 3

    history_changes: int = 100_000
    """Changes in the history of memberships from which the members at a time are read."""
    history_requests: int = 300
    """Requests per kind and round."""
    finding_requests: int = 40
    bulk_users: int = 20_000
    """Users who join in each turn of bulk joins, imports and idempotency keys."""
    compared_rounds: int = 3
    """Rounds of the comparisons of kinds of requests."""

    @property
    def options(self) -> tuple[str, ...]:
        """Options of `heliograph serve`."""
        return ("--workers", str(self.workers)) if self.workers > 1 else ()

    @property
    def most_connections(self) -> int:
        """The number of connections for growth and memory."""
        return max(self.connections)


QUICK = Plan(
    rounds=1,
    users=2_000,
    growth=Sizes(conversations=(100, 500, 1_000), databases=(500, 2_000), joins=200),
    requests=6_000,
    starts=1,
    backlog=200,
    webhooks=(10,),
    steady_seconds=2,
    hanging_rounds=1,
    scenario="leave",
    open_seconds=1,
    open_rounds=1,
    history_changes=2_000,
    history_requests=20,
    finding_requests=2,
    bulk_users=1_000,
    compared_rounds=1,
)
