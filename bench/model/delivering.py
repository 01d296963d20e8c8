"""Measures the cost of a call of a webhook.

The same messages are posted without and with a webhook, in a closed loop. More messages are posted at constant rates
with a webhook, because a server with little to do needs more processor time for a call.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct

from bench import delay, load, processes, receiving
from bench.deliveries import ALLOWED, PATIENCE_SECONDS
from bench.engines import Engine
from bench.load import Measured
from bench.model import footprint
from bench.model.costs import BUSIEST, SATURATED, CallPoint, DeliveryCost, OperationCost
from bench.model.footprint import Footprint
from bench.plan import Plan
from bench.receiving import Receiver
from bench.scenarios import GROUPS, Load, message_line
from bench.worlds import World, add_speakers, add_webhook, empty, opened

_CONNECTIONS, _STEADY_CONNECTIONS = 16, 64
_BUSY_WITH_POSTS = (0.05, 0.25)
"""How busy the messages would keep the server without their calls, which add to its load."""
_DELAY_RATE = 50
_CALL_BYTES = 1_000
"""Assumed size of a call: the payload of a short message, and the head of the request."""


class _Spent(Struct):
    """The cost per message, with its calls, and the growth of the database."""

    cpu: float
    database_cpu: float
    rate: float
    grown: Footprint


def run(engine: Engine, post: OperationCost, calls: int, seconds: float) -> DeliveryCost:
    """Measure calls of one webhook for messages; `post` is the cost of a message without a call."""
    url = engine.create("model_calls")
    world, seats = asyncio.run(_build(url))
    with receiving.receiving(1) as receiver:
        without = _post(engine, url, _lines(world, seats, calls), None)
        asyncio.run(_add_webhook(url, world, receiver.targets[0]))
        called = _post(engine, url, _lines(world, seats, calls), receiver)
    saturated = CallPoint(SATURATED, called.cpu - without.cpu, called.database_cpu - without.database_cpu)
    points = [_point(engine, post, busy, seconds) for busy in _BUSY_WITH_POSTS]
    found = delay.run(engine, Plan(rate=_DELAY_RATE, steady_seconds=seconds))
    return DeliveryCost(
        points=[*sorted(points, key=lambda one: one.busy), saturated],
        rate=called.rate,
        log=(called.grown.log - without.grown.log) / calls,
        kept=(called.grown.kept - without.grown.kept) / calls,
        call=_CALL_BYTES,
        delay_p50=found.p50,
        delay_p99=found.p99,
    )


async def _build(url: str) -> tuple[World, list[tuple[str, str]]]:
    async with opened(url) as store:
        world = await empty(store)
        return world, await add_speakers(store, world, GROUPS)


async def _add_webhook(url: str, world: World, target: str) -> None:
    async with opened(url) as store:
        await add_webhook(store, world, target)


def _lines(world: World, seats: list[tuple[str, str]], count: int) -> Load:
    return Load(world, [message_line(world, *seats[n % GROUPS], f"{n} of {count}") for n in range(count)])


def _post(engine: Engine, url: str, what: Load, receiver: Receiver | None) -> _Spent:
    """Post the messages, and wait for their calls if there is a receiver."""
    count = len(what.lines)
    engine.settle(url)
    with processes.heliograph(url, *ALLOWED) as server:
        before, database = server.cpu_seconds(), engine.process
        database_before = database.cpu_seconds() if database else 0.0
        grown = footprint.taken(url, server)
        result = load.run(server.port, what, _CONNECTIONS, count)
        arrivals = receiver.wait(count, PATIENCE_SECONDS) if receiver else []
        if sum(result.errors.values()) or (receiver and len(receiving.first_arrivals(arrivals)) < count):
            raise RuntimeError(f"some messages were not posted or delivered: {result.statuses}")
        seconds = (arrivals[-1].nanoseconds - arrivals[0].nanoseconds) / 1e9 if arrivals else 1
        return _Spent(
            cpu=(server.cpu_seconds() - before) / count * 1e6,
            database_cpu=(database.cpu_seconds() - database_before) / count * 1e6 if database else 0.0,
            rate=count / seconds,
            grown=footprint.taken(url, server) - grown,
        )


def _point(engine: Engine, post: OperationCost, busy_with_posts: float, seconds: float) -> CallPoint:
    found = _steady(engine, busy_with_posts / max(post.at("cpu", busy_with_posts), 1) * 1e6, seconds)
    busy = min(found.busy, BUSIEST)
    return CallPoint(
        busy,
        cpu=max(0, found.cpu_each - post.at("cpu", busy)),
        database_cpu=max(0, found.database_cpu_each - post.at("database_cpu", busy)),
    )


def _steady(engine: Engine, rate: float, seconds: float) -> Measured:
    """Post messages at a constant rate, with a webhook."""
    url = engine.create("model_steady_calls")
    world, seats = asyncio.run(_build(url))
    with receiving.receiving(1) as receiver:
        asyncio.run(_add_webhook(url, world, receiver.targets[0]))
        engine.settle(url)
        with processes.heliograph(url, *ALLOWED) as server:
            lines = _lines(world, seats, max(1, int(rate * seconds)))
            found = load.measure(server, lines, _STEADY_CONNECTIONS, seconds, engine.process, rate)
            arrivals = receiver.wait(found.result.requests, PATIENCE_SECONDS)
    if found.errors or len(receiving.first_arrivals(arrivals)) < found.result.requests:
        raise RuntimeError(f"some messages were not posted or delivered: {found.result.statuses}")
    return found
