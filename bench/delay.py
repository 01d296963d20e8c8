"""Measures the delay of deliveries while messages are posted at a steady rate.

Messages are posted in 100 groups in turn, at a rate that does not depend on the responses. The delay is the time from
the moment at which the sender has read the response to the moment at which the receiver has read the webhook call, by
the clock that both processes share; a number in the text identifies the message. A call may arrive before the response
was read, so a delay may be negative. The delay from the start of the request is measured as well, because it does not
depend on when the response is read.
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
"""Messages per second, well below the limit of each engine."""


class Delay(Struct):
    """Delays in microseconds of the messages that were acknowledged and delivered."""

    wanted_rate: float
    rate: float
    """Acknowledged messages per second."""
    acknowledged: int
    errors: int
    arrived: int
    """Acknowledged messages that were delivered."""
    again: int
    """Repeated deliveries."""
    p50: float
    p99: float
    max: float
    request_p50: float
    """Delay from the start of the request."""
    request_p99: float


def run(engine: Engine, plan: Plan) -> Delay:
    """Post messages for the seconds of the plan, and wait for their deliveries."""
    rate = plan.rate or RATES[engine.name]
    url = engine.create("delay")
    with receiving.receiving(1) as receiver:
        requests = asyncio.run(_build(url, receiver.targets[0], int(rate * plan.steady_seconds)))
        with processes.heliograph(url, *ALLOWED, *plan.options) as server:
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
    arrived = {mark: time for (_, mark), time in receiving.first_arrivals(arrivals).items() if sent.acknowledged[mark]}
    delays = [(time - sent.acknowledged[mark]) / 1000 for mark, time in arrived.items()]
    whole = [(time - sent.sent[mark]) / 1000 for mark, time in arrived.items()]
    return Delay(
        wanted_rate=rate,
        rate=sent.rate,
        acknowledged=len(sent.sent) - sent.errors,
        errors=sent.errors,
        arrived=len(arrived),
        again=len(arrivals) - len(receiving.first_arrivals(arrivals)),
        p50=quantile(delays, 0.5),
        p99=quantile(delays, 0.99),
        max=max(delays, default=0),
        request_p50=quantile(whole, 0.5),
        request_p99=quantile(whole, 0.99),
    )
