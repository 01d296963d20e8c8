"""Measures how one webhook that never responds affects fifty others.

Two servers have databases with the same contents: fifty webhooks in six apps, all of which respond immediately. On the
second server one of the apps has another webhook, which accepts every call and never responds. Messages are posted to
the two servers in turns, at a steady rate, in the groups of all apps. The delay is the time from the start of the
request that posts a message to the end of each call of the fifty webhooks; delays from the response may be near zero,
which makes ratios meaningless. Each turn with the hanging webhook is compared with the adjacent turn without it.

The webhook hangs during the whole run, so its backlog grows from turn to turn.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from bench import processes, receiving, steady
from bench.deliveries import ALLOWED, PATIENCE_SECONDS
from bench.engines import Engine
from bench.plan import Plan
from bench.processes import Process
from bench.receiving import Receiver
from bench.scenarios import message_line
from bench.steady import quantile
from bench.worlds import add_speakers, add_webhook, another, opened

_HEALTHY = 50
_APPS = 6
"""An app may have ten webhooks."""
_GROUPS = 17
"""In each app; about a hundred in total."""
_RATE = 30
"""Messages per second, each of which is delivered to the eight or nine webhooks of its app."""


class Turn(Struct):
    """Delays in microseconds."""

    p50: float
    p99: float
    expected: int
    arrived: int
    errors: int


class Hanging(Struct):
    """The delay of the healthy webhooks with and without the hanging one; medians over the rounds."""

    healthy: int
    rate: float
    """Messages per second."""
    p50: float
    p99: float
    p50_without: float
    p99_without: float
    p50_times: list[float]
    """The ratio of the delays with and without the hanging webhook, for each round."""
    p99_times: list[float]
    expected: int
    arrived: int
    errors: int
    hung: int
    """Calls that the hanging webhook accepted."""


class Side(Struct):
    """A server, its receiver, and its requests with the number of deliveries of each."""

    server: Process
    receiver: Receiver
    requests: list[tuple[bytes, int]]
    done: int = 0
    expected: int = 0

    def turn(self, rate: float, seconds: float) -> Turn:
        """Post messages for `seconds`, and wait for their deliveries."""
        first, count = self.done, int(rate * seconds)
        part = self.requests[first : first + count]
        sent = steady.send(self.server.port, [request for request, _ in part], rate)
        expected = sum(calls for (_, calls), at in zip(part, sent.acknowledged, strict=True) if at)
        self.done += count
        self.expected += expected
        arrivals = receiving.first_arrivals(self.receiver.wait(self.expected, PATIENCE_SECONDS))
        delays = [
            (time - sent.sent[mark - first]) / 1000
            for (_, mark), time in arrivals.items()
            if mark >= first and sent.acknowledged[mark - first]
        ]
        if not delays:
            raise RuntimeError("nothing was delivered")
        return Turn(quantile(delays, 0.5), quantile(delays, 0.99), expected, len(delays), sent.errors)


def run(engine: Engine, plan: Plan) -> Hanging:
    """Measure with and without the hanging webhook, in turns."""
    rate, seconds = plan.rate or _RATE, plan.steady_seconds / plan.hanging_rounds
    count = int(rate * seconds) * plan.hanging_rounds
    found: list[tuple[Turn, Turn]] = []
    with (
        _side(engine, plan, "healthy", count, silent=0) as healthy,
        _side(engine, plan, "hanging", count, silent=1) as hanging,
    ):
        for number in range(plan.hanging_rounds):
            # The order alternates from round to round.
            if number % 2:
                before = hanging.turn(rate, seconds)
                found.append((before, healthy.turn(rate, seconds)))
            else:
                base = healthy.turn(rate, seconds)
                found.append((hanging.turn(rate, seconds), base))
            print(f"  {_summary(*found[-1])}", file=sys.stderr)
        hung = hanging.receiver.hung()
    return _hanging(rate, found, hung)


def _summary(with_it: Turn, without: Turn) -> str:
    shown = [f"p50 {turn.p50 / 1000:.1f} ms p99 {turn.p99 / 1000:.1f} ms" for turn in (with_it, without)]
    return f"{shown[0]} with the hanging webhook, {shown[1]} without"


@contextmanager
def _side(engine: Engine, plan: Plan, name: str, count: int, silent: int) -> Iterator[Side]:
    url = engine.create(name)
    with receiving.receiving(_HEALTHY, silent) as receiver:
        requests = asyncio.run(_build(url, receiver.targets, count))
        engine.settle(url)
        # Do not wait long for hanging calls when the server stops.
        with processes.heliograph(url, *ALLOWED, "--grace-seconds", "1", *plan.options) as server:
            yield Side(server, receiver, requests)


async def _build(url: str, targets: list[str], count: int) -> list[tuple[bytes, int]]:
    async with opened(url) as store:
        worlds, seats, calls = [], [], []
        for number in range(_APPS):
            worlds.append(await another(store))
            seats.append(await add_speakers(store, worlds[-1], _GROUPS))
            own = targets[_HEALTHY * number // _APPS : _HEALTHY * (number + 1) // _APPS]
            calls.append(len(own))
            # The hanging webhook is the last target, and belongs to the first app.
            for target in own if number else [*own, *targets[_HEALTHY:]]:
                await add_webhook(store, worlds[-1], target)
    requests = []
    for number in range(count):
        app, turn = number % _APPS, number // _APPS
        line = message_line(worlds[app], *seats[app][turn % _GROUPS], f"{number} of {count}")
        requests.append((steady.request(worlds[app], line), calls[app]))
    return requests


def _hanging(rate: float, found: list[tuple[Turn, Turn]], hung: int) -> Hanging:
    median = statistics.median
    turns = [turn for pair in found for turn in pair]
    return Hanging(
        healthy=_HEALTHY,
        rate=rate,
        p50=median(one.p50 for one, _ in found),
        p99=median(one.p99 for one, _ in found),
        p50_without=median(base.p50 for _, base in found),
        p99_without=median(base.p99 for _, base in found),
        p50_times=[one.p50 / base.p50 for one, base in found],
        p99_times=[one.p99 / base.p99 for one, base in found],
        expected=sum(turn.expected for turn in turns),
        arrived=sum(turn.arrived for turn in turns),
        errors=sum(turn.errors for turn in turns),
        hung=hung,
    )
