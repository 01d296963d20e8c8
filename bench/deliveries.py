"""Measures deliveries per second while a backlog drains to a receiver that responds immediately.

To create the backlog, messages are posted in 100 groups to a server that does not deliver. Then a server that delivers
is started on the same database. The time runs from the first call to the last. The memory before is that of a server
without delivery after its start on this database; the maximum is the peak of the server that delivers. The processor
time of the start is not counted.

With ten webhooks a tenth of the messages is posted, so that the number of deliveries is the same.
"""

from __future__ import annotations

import asyncio
import sys

from msgspec import Struct

from bench import load, processes, receiving
from bench.engines import Engine
from bench.plan import Plan
from bench.receiving import Arrival, Receiver
from bench.scenarios import GROUPS, Load, message_line
from bench.worlds import add_speakers, add_webhook, empty, opened

NO_DELIVERY = "--no-delivery"
ALLOWED = ("--webhook-allowed-networks", "loopback")
PATIENCE_SECONDS = 30
"""Silence after which deliveries count as missing: longer than the first retry takes."""
_CONCURRENT_CALLS = 8
"""Concurrent calls that the server makes to each webhook."""


class Drained(Struct):
    """The delivery of a backlog. Processor times are in microseconds per delivery."""

    webhooks: int
    backlog: int
    rate: float
    missing: int
    again: int
    """Repeated deliveries."""
    cpu: float
    database_cpu: float
    memory_before: int
    memory_most: int
    receiver_rate: float
    """Calls per second that the receiver handles from the load generator, with the same number of connections."""
    receiver_busy: float
    """Fraction of a processor that the receiver used."""


def run(engine: Engine, plan: Plan) -> list[Drained]:
    """Deliver a backlog to each number of webhooks of the plan."""
    return [_drain(engine, plan, webhooks) for webhooks in plan.webhooks]


def _drain(engine: Engine, plan: Plan, webhooks: int) -> Drained:
    backlog = plan.backlog // webhooks * webhooks
    rate = receiving.rate(webhooks * _CONCURRENT_CALLS, plan.seconds)
    url = engine.create(f"deliveries_{webhooks}")
    with receiving.receiving(webhooks) as receiver:
        _post(url, asyncio.run(_build(url, receiver, backlog // webhooks)), plan.most_connections)
        engine.settle(url)
        with processes.heliograph(url, NO_DELIVERY, *plan.options) as server:
            before, start = server.memory_bytes(), server.cpu_seconds()
        database = engine.process.cpu_seconds() if engine.process else 0.0
        with processes.heliograph(url, *ALLOWED, *plan.options) as server:
            arrivals = receiver.wait(backlog, PATIENCE_SECONDS)
            found = Drained(
                webhooks=webhooks,
                backlog=backlog,
                rate=_rate(arrivals),
                missing=backlog - len(receiving.first_arrivals(arrivals)),
                again=len(arrivals) - len(receiving.first_arrivals(arrivals)),
                cpu=(server.cpu_seconds() - start) / backlog * 1e6,
                database_cpu=(engine.process.cpu_seconds() - database) / backlog * 1e6 if engine.process else 0.0,
                memory_before=before,
                memory_most=server.peak_memory_bytes(),
                receiver_rate=rate,
                receiver_busy=receiver.process.cpu_seconds() / _seconds(arrivals),
            )
    print(f"  {webhooks:2} webhooks  {found.rate:7.0f}/s  {found.missing} missing", file=sys.stderr)
    return found


async def _build(url: str, receiver: Receiver, count: int) -> Load:
    async with opened(url) as store:
        world = await empty(store)
        seats = await add_speakers(store, world, GROUPS)
        for target in receiver.targets:
            await add_webhook(store, world, target)
    return Load(
        world, [message_line(world, *seats[number % GROUPS], f"{number} of {count}") for number in range(count)]
    )


def _post(url: str, what: Load, connections: int) -> None:
    with processes.heliograph(url, NO_DELIVERY) as server:
        result = load.measure(server, what, connections).result
    if result.statuses != {"201": len(what.lines)}:
        raise RuntimeError(f"some messages were not posted: {result.statuses}")


def _seconds(arrivals: list[Arrival]) -> float:
    if not arrivals:
        raise RuntimeError("nothing was delivered")
    return max(arrivals[-1].nanoseconds - arrivals[0].nanoseconds, 1) / 1e9


def _rate(arrivals: list[Arrival]) -> float:
    return (len(arrivals) - 1) / _seconds(arrivals)
