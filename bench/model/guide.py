"""Writes the costs, the answers and the comparison with reality into docs/howto/scale.md, and draws the plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.model import sizing
from bench.model.chart import Line, chart
from bench.model.costs import OPERATIONS, Costs, Point
from bench.model.sizing import Answer
from bench.model.text import ENGINES, assumptions, size
from bench.model.workload import PRESETS, Target, Workload
from bench.report import table

PAGE, PLOT = Path("docs/howto/scale.md"), Path("docs/howto/scale.svg")
_BEGIN, _END = "<!-- figures: written by `python -m bench.model --publish` -->", "<!-- end of figures -->"
FASTER = 30_000
"""The speed of the machine of docs/benchmarks.md, rounded."""
_JOINS = (100, 10_000, 100_000)
_STEPS_OF_PLOT = 13


def publish(found: Costs) -> None:
    """Write the figures into the documentation."""
    head, _, rest = PAGE.read_text().partition(_BEGIN)
    PAGE.write_text(f"{head}{_BEGIN}\n\n{figures(found)}\n{_END}{rest.partition(_END)[2]}")
    PLOT.write_text(drawing(found))


def figures(found: Costs) -> str:
    """The figures as Markdown."""
    machine = ", ".join(f"{name} {value}" for name, value in found.machine.items())
    parts = ["### Measured costs\n"]
    parts.append(
        f"Medians of {found.rounds} rounds of {found.seconds:g} s, in turns with the bare handler; {machine}. Speed: "
        f"{found.speed:,.0f} requests of the bare handler per second of processor time.\n"
    )
    parts += [_costs_table(found), _volume_table(found), _process_table(found), "### The answers of the model\n"]
    for speed, which in ((found.speed, "the measured one"), (FASTER, "a faster one, as in docs/benchmarks.md")):
        target = Target(speed=speed)
        parts.append(f"On machines with a speed of {speed:,.0f} ({which}):\n")
        parts += [_table(found, target, _loads()), _table(found, target, _steps(found, target))]
    parts.append("### What the model assumes\n")
    parts.append("".join(f"- {one}\n" for one in assumptions(found, Target(speed=found.speed))[1:]))
    if found.checks:
        parts += ["### The model against reality\n", _checks_table(found)]
    return "\n".join(parts)


def _costs_table(found: Costs) -> str:
    rows = [
        [ENGINES[name], OPERATIONS[operation], *(f"{one.cpu:.0f}{_more(one.database_cpu)}" for one in cost.points)]
        for name, engine in found.engines.items()
        for operation, cost in engine.operations.items()
    ]
    head = [f"{one.connections} connection{'s' * (one.connections > 1)}" for one in _points(found)]
    return table(["CPU µs each, server + database", "", *head], rows)


def _points(found: Costs) -> list[Point]:
    """The points of one operation: all have the same numbers of connections."""
    return next(iter(next(iter(found.engines.values())).operations.values())).points


def _more(number: float) -> str:
    return f" + {number:.0f}" if number else ""


def _volume_table(found: Costs) -> str:
    rows = [
        [
            ENGINES[name],
            OPERATIONS[operation],
            *(f"{cost.points[at].log:,.0f}" for at in (0, -1)),
            f"{cost.volume.log_most:,.0f}",
            f"{cost.volume.kept:,.0f}",
            f"{cost.volume.lasting:,.0f}",
            f"{cost.volume.request:,.0f} + {cost.volume.response:,.0f}",
        ]
        for name, engine in found.engines.items()
        for operation, cost in engine.operations.items()
    ]
    points = _points(found)
    logs = [f"log, {points[at].connections} connection{'s' * (at < 0)}" for at in (0, -1)]
    head = ["bytes each", "", *logs, "at most", "events", "other rows", "request + response"]
    return table(head, rows)


def _process_table(found: Costs) -> str:
    rows = [
        [
            ENGINES[name],
            size(engine.memory_bytes),
            f"{engine.start_seconds:.2f} s",
            f"{engine.delivery.cpu:.0f}{_more(engine.delivery.database_cpu)}",
            f"{engine.delivery.kept:,.0f}",
            f"{engine.delivery.delay_p50 / 1000:.1f} ms",
            f"{engine.delivery.delay_p99 / 1000:.1f} ms",
        ]
        for name, engine in found.engines.items()
    ]
    head = ["", "memory of a process", "start", "webhook call: CPU µs", "bytes of rows", "delay p50", "delay p99"]
    return table(head, rows)


def _loads() -> Iterator[tuple[str, Workload]]:
    mixes = {load.joins: load for load in PRESETS.values()}
    for joins in _JOINS:
        yield f"{joins:,} joins", Workload(joins=joins)
        mix = mixes[joins] if joins != PRESETS["chat"].joins else PRESETS["small"]
        yield f"{joins:,} joins, {mix.lists:,.0f} lists, {mix.messages:,.0f} messages, a webhook", mix


def _steps(found: Costs, target: Target) -> Iterator[tuple[str, Workload]]:
    """What SQLite on one machine carries, and multiples of it."""
    one = PRESETS["small"].times(sizing.largest(found, PRESETS["small"], target, engine="sqlite"))
    for factor in (1, 10, 100):
        load = one.times(factor)
        shown = f"{load.joins:,.0f} joins, {load.lists:,.0f} lists, {load.messages:,.0f} messages, a webhook"
        yield f"{factor} × SQLite on one machine: {shown}", load


def _table(found: Costs, target: Target, loads: Iterable[tuple[str, Workload]]) -> str:
    head = ["per second", "engine", "processes", "database cores", "log a day", "events kept", "members a day"]
    rows = [_row(what, one) for what, load in loads for one in sizing.answers(found, load, target)]
    return table([*head, "network", "first limit, part of it"], rows)


def _row(what: str, one: Answer) -> list[str]:
    first = f"{one.first.name}, {one.first.use:,.0%}"
    if one.engine == "sqlite" and not one.fits:  # it has no more than one process
        return [what, f"({ENGINES[one.engine]})", *[""] * 6, first]
    return [
        what,
        ENGINES[one.engine] if one.fits else f"({ENGINES[one.engine]})",
        f"{one.processes:,}",
        f"{one.database_cores:.1f}" if one.engine == "postgresql" else "",
        size(one.log_day),
        size(one.kept),
        size(one.lasting_day),
        f"{size(one.network)}/s",
        first,
    ]


def _checks_table(found: Costs) -> str:
    rows = []
    for check in found.checks:
        mix = ", ".join(f"{rate:.0f} × {OPERATIONS[name]}" for name, rate in check.rates.items())
        rows.append([ENGINES[check.engine], mix, *(_compared(check.predicted, check.measured, key) for key in _KEYS)])
    return table(["", "per second", *_KEYS.values()], rows)


_KEYS = {"server": "server CPU", "database": "database CPU", "log": "log", "rows": "rows"}


def _compared(predicted: dict[str, float], measured: dict[str, float], key: str) -> str:
    """The prediction, the measurement, and the ratio of the two."""
    if not measured[key]:
        return ""
    shown = (
        f"{predicted[key]:.0%} / {measured[key]:.0%}"
        if key in ("server", "database")
        else f"{size(predicted[key])}/s / {size(measured[key])}/s"
    )
    return f"{shown} = {predicted[key] / measured[key]:.2f}"


def drawing(found: Costs) -> str:
    """The cores that joins need, by their rate, as an SVG."""
    rates = [10 ** (2 + 3 * step / (_STEPS_OF_PLOT - 1)) for step in range(_STEPS_OF_PLOT)]
    target = Target(speed=found.speed)
    answers = [(rate, sizing.answers(found, Workload(joins=rate), target)) for rate in rates]
    sqlite = [(rate, 1.0) for rate, (one, *_) in answers if one.fits]
    servers = [(rate, float(one.processes)) for rate, (_, one) in answers]
    database = [(rate, one.database_cores) for rate, (_, one) in answers]
    lines = [
        Line("SQLite: one process", "sqlite", sqlite),
        Line("PostgreSQL: server processes", "postgresql", servers),
        Line("PostgreSQL: cores of the database", "database", database),
    ]
    return chart("Cores for joins alone, by joins per second (a model)", lines)
