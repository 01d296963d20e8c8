"""Deliveries a second: a backlog that drains to a receiver which answers at once.

The backlog is made as it would be in life: messages are posted in 100 groups to a server that does not deliver, through
the API, so their deliveries wait in the database. Then a server that delivers is started on it, and does nothing else.
The time is from the first call that comes to the last one. Memory before is that of a server which has just started on
the same database and does not deliver; memory at its highest is what the system kept of the one that does. What it
takes to start is not counted as processor time of deliveries.

Ten webhooks share a tenth of the messages each, so that it is as many deliveries as to one.
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
"""How long nothing may come before what has not come is missing: longer than a first retry takes."""
_WEBHOOKS = (1, 10)
_CALLS_AT_ONCE = 8
"""To each webhook."""


class Drained(Struct):
    """A backlog that was delivered. Processor time is microseconds for a delivery."""

    webhooks: int
    backlog: int
    rate: float
    missing: int
    again: int
    """Calls that told what was told before."""
    cpu: float
    database_cpu: float
    memory_before: int
    memory_most: int
    receiver_rate: float
    """Calls a second that the receiver answers to the load generator, over as many connections."""
    receiver_busy: float
    """The part of a processor that the receiver used."""


def run(engine: Engine, plan: Plan) -> list[Drained]:
    """Drain a backlog to one webhook, and one to ten."""
    return [_drain(engine, plan, webhooks) for webhooks in _WEBHOOKS]


def _drain(engine: Engine, plan: Plan, webhooks: int) -> Drained:
    backlog = plan.backlog // webhooks * webhooks
    rate = receiving.rate(webhooks * _CALLS_AT_ONCE, plan.seconds)
    url = engine.create(f"deliveries_{webhooks}")
    with receiving.receiving(webhooks) as receiver:
        _post(url, asyncio.run(_build(url, receiver, backlog // webhooks)), plan.most_connections)
        engine.settle(url)
        with processes.heliograph(url, NO_DELIVERY) as server:
            before, start = server.memory_bytes(), server.cpu_seconds()
        database = engine.process.cpu_seconds() if engine.process else 0.0
        with processes.heliograph(url, *ALLOWED) as server:
            arrivals = receiver.wait(backlog, PATIENCE_SECONDS)
            found = Drained(
                webhooks=webhooks,
                backlog=backlog,
                rate=_rate(arrivals),
                missing=backlog - len(receiving.firsts(arrivals)),
                again=len(arrivals) - len(receiving.firsts(arrivals)),
                cpu=(server.cpu_seconds() - start) / backlog * 1e6,
                database_cpu=(engine.process.cpu_seconds() - database) / backlog * 1e6 if engine.process else 0.0,
                memory_before=before,
                memory_most=server.most_memory_bytes(),
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
        told = load.measure(server, what, connections).told
    if told.statuses != {"201": len(what.lines)}:
        raise RuntimeError(f"not every message was posted: {told.statuses}")


def _seconds(arrivals: list[Arrival]) -> float:
    if not arrivals:
        raise RuntimeError("nothing was delivered")
    return max(arrivals[-1].nanoseconds - arrivals[0].nanoseconds, 1) / 1e9


def _rate(arrivals: list[Arrival]) -> float:
    return (len(arrivals) - 1) / _seconds(arrivals)
