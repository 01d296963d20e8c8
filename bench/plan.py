"""How much is measured."""

from __future__ import annotations

from msgspec import Struct


class Sizes(Struct, frozen=True):
    """How large what is compared for growth is."""

    conversations: tuple[int, ...] = (100, 10_000, 100_000)
    databases: tuple[int, int] = (1_000, 1_000_000)
    joins: int = 10_000
    """Into conversations of each size; into each database, half as many."""


class Plan(Struct, frozen=True):
    """What is measured, how long and how often.

    Short and often, because what else a machine does comes and goes within seconds.
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
    """Deliveries that wait for each server that is to make them."""
    steady_seconds: float = 20
    """For which the delay of deliveries is measured."""
    rate: float | None = None
    """Messages a second meanwhile, if not what is usual for the engine."""
    hanging_rounds: int = 5

    @property
    def most_connections(self) -> int:
        """At which growth and memory are measured."""
        return max(self.connections)


QUICK = Plan(
    rounds=1,
    users=2_000,
    growth=Sizes(conversations=(100, 500, 1_000), databases=(500, 2_000), joins=200),
    requests=6_000,
    starts=1,
    backlog=200,
    steady_seconds=2,
    hanging_rounds=1,
)
