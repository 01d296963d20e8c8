"""The delay of a delivery, while messages are posted at a steady rate.

Messages are posted in 100 groups in turns, at a rate that does not wait for answers. Delay is from the end of the
answer that acknowledges a message, as its sender has it, to the end of the call that tells of it, as the receiver has
it: both processes read the same clock, and a number in the text of the message says which call belongs to which answer.
A call may come before its answer was read, so a delay may be below zero. From the beginning of the request it is longer
by what the request took; nothing of that depends on when the answer was read, so it is measured too.
"""

from __future__ import annotations

import asyncio
import sys

from msgspec import Struct

from bench import processes, receiving, steady
from bench.deliveries import ALLOWED, PATIENCE_SECONDS
from bench.engines import Engine
from bench.plan import Plan
from bench.receiving import Arrival
from bench.scenarios import GROUPS, message_line
from bench.steady import Sent, quantile
from bench.worlds import add_speakers, add_webhook, empty, opened

RATES = {"sqlite": 500, "postgresql": 300}
"""Messages a second: what each engine should do with ease."""


class Delay(Struct):
    """Delays in microseconds, of every message that was acknowledged and arrived."""

    wanted_rate: float
    rate: float
    """Messages a second that were acknowledged."""
    acknowledged: int
    errors: int
    arrived: int
    """Of those that were acknowledged."""
    again: int
    p50: float
    p99: float
    max: float
    request_p50: float
    """From the beginning of the request."""
    request_p99: float


def run(engine: Engine, plan: Plan) -> Delay:
    """Post for so many seconds, and wait for what was told of it."""
    rate = plan.rate or RATES[engine.name]
    url = engine.create("delay")
    with receiving.receiving(1) as receiver:
        requests = asyncio.run(_build(url, receiver.targets[0], int(rate * plan.steady_seconds)))
        with processes.heliograph(url, *ALLOWED) as server:
            sent = steady.send(server.port, requests, rate)
            arrivals = receiver.wait(len(requests) - sent.errors, PATIENCE_SECONDS)
    found = _delay(rate, sent, arrivals)
    print(
        f"  {found.rate:.0f}/s  p50 {found.p50 / 1000:.1f} ms  p99 {found.p99 / 1000:.1f} ms  "
        f"{found.arrived} of {found.acknowledged} arrived",
        file=sys.stderr,
    )
    return found


async def _build(url: str, target: str, count: int) -> list[bytes]:
    async with opened(url) as store:
        world = await empty(store)
        seats = await add_speakers(store, world, GROUPS)
        await add_webhook(store, world, target)
    lines = [message_line(world, *seats[number % GROUPS], f"{number} of {count}") for number in range(count)]
    return [steady.request(world, line) for line in lines]


def _delay(rate: float, sent: Sent, arrivals: list[Arrival]) -> Delay:
    came = {mark: time for (_, mark), time in receiving.firsts(arrivals).items() if sent.acknowledged[mark]}
    delays = [(time - sent.acknowledged[mark]) / 1000 for mark, time in came.items()]
    whole = [(time - sent.sent[mark]) / 1000 for mark, time in came.items()]
    return Delay(
        wanted_rate=rate,
        rate=sent.rate,
        acknowledged=len(sent.sent) - sent.errors,
        errors=sent.errors,
        arrived=len(came),
        again=len(arrivals) - len(receiving.firsts(arrivals)),
        p50=quantile(delays, 0.5),
        p99=quantile(delays, 0.99),
        max=max(delays, default=0),
        request_p50=quantile(whole, 0.5),
        request_p99=quantile(whole, 0.99),
    )
