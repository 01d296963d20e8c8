"""Writes the costs, the answers and the check of the model into docs/howto/scale.md, and draws the plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.model import sizing
from bench.model.chart import Line, chart
from bench.model.costs import OPERATIONS, SATURATED, Costs, DeliveryCost, OperationCost
from bench.model.sizing import Answer
from bench.model.text import ENGINES, assumptions, size
from bench.model.workload import PRESETS, Target, Workload
from bench.report import table

PAGE, PLOT = Path("docs/howto/scale.md"), Path("docs/howto/scale.svg")
_BEGIN, _END = "<!-- figures: written by `python -m bench.model --publish` -->", "<!-- end of figures -->"
_SHOWN = (0.1, 0.3, 0.6)
"""The levels of load for which costs are shown, in addition to a saturated process."""
_JOINS = (100, 10_000, 100_000)
_STEPS_OF_PLOT = 13
_LARGE = PRESETS["large"]


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
    parts += [_costs_table(found), _wake_ups(found), _volume_table(found), _process_table(found)]
    parts += ["### The answers of the model\n", _shares(found)]
    for speed, which in ((found.speed, "the measured one"), (2 * found.speed, "twice as fast")):
        target = Target(speed=speed)
        parts.append(f"On machines with a speed of {speed:,.0f} ({which}):\n")
        parts += [_table(found, target, _loads()), _table(found, target, _steps(found, target))]
    parts.append("### What the model assumes\n")
    parts.append("".join(f"- {one}\n" for one in assumptions(found, Target(speed=found.speed))[1:]))
    if found.checks:
        parts += ["### The model against reality\n", _deviations(found), _checks_table(found)]
    return "\n".join(parts)


def _costs_table(found: Costs) -> str:
    rows = []
    for name, engine in found.engines.items():
        rows += [_costs_row(name, OPERATIONS[operation], cost) for operation, cost in engine.operations.items()]
        rows.append(_costs_row(name, "webhook call, besides its message", engine.delivery))
    head = [f"server {busy:.0%} busy" for busy in _SHOWN]
    return table(["CPU µs each, server + database", "", *head, "closed loop"], rows)


def _costs_row(engine: str, what: str, cost: OperationCost | DeliveryCost) -> list[str]:
    return [ENGINES[engine], what, *(_cpu(cost, busy) for busy in (*_SHOWN, SATURATED))]


def _cpu(cost: OperationCost | DeliveryCost, busy: float) -> str:
    return f"{cost.at('cpu', busy):.0f}{_more(cost.at('database_cpu', busy))}"


def _wake_ups(found: Costs) -> str:
    """A sentence about how much more operations cost on a process with little to do."""
    each = [cost for engine in found.engines.values() for cost in engine.operations.values()]
    ratios = sorted(one.at("cpu", _SHOWN[0]) / one.at("cpu", SATURATED) for one in each)
    return (
        f"On a process that is {_SHOWN[0]:.0%} busy, an operation takes {ratios[0]:.1f} to {ratios[-1]:.1f} times the "
        "processor time that it takes in the closed loop. So a process carries more than its use of a core suggests "
        "while it has little to do.\n"
    )


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
    logs = ["log, little to do", "log, closed loop"]
    head = ["bytes each", "", *logs, "at most", "events", "other rows", "request + response"]
    return table(head, rows)


def _process_table(found: Costs) -> str:
    rows = [
        [
            ENGINES[name],
            size(engine.memory_bytes),
            f"{engine.start_seconds:.2f} s",
            f"{engine.delivery.kept:,.0f}",
            f"{engine.delivery.delay_p50 / 1000:.1f} ms",
            f"{engine.delivery.delay_p99 / 1000:.1f} ms",
        ]
        for name, engine in found.engines.items()
    ]
    head = ["", "memory of a process", "start", "webhook call: bytes of rows", "delay p50", "delay p99"]
    return table(head, rows)


def _shares(found: Costs) -> str:
    """A sentence about the processor time of servers and database."""
    one = next(one for one in sizing.answers(found, _LARGE, Target(speed=found.speed)) if one.engine == "postgresql")
    return (
        f"At {_described(_LARGE)}, the server processes need {one.processes * one.loop / one.database_busy:.1f} times "
        "the processor time of PostgreSQL.\n"
    )


def _loads() -> Iterator[tuple[str, Workload]]:
    mixes = {load.joins: load for load in PRESETS.values()}
    for joins in _JOINS:
        yield f"{joins:,} joins", Workload(joins=joins)
        mix = mixes[joins] if joins != PRESETS["chat"].joins else PRESETS["small"]
        yield _described(mix), mix


def _described(mix: Workload) -> str:
    return f"{mix.joins:,.0f} joins, {mix.lists:,.0f} lists, {mix.messages:,.0f} messages, a webhook"


def _steps(found: Costs, target: Target) -> Iterator[tuple[str, Workload]]:
    """The largest load that SQLite on one machine carries, and multiples of it."""
    one = PRESETS["small"].times(sizing.largest(found, PRESETS["small"], target, engine="sqlite"))
    for factor in (1, 10, 100):
        load = one.times(factor)
        yield f"{factor} × SQLite on one machine: {_described(load)}", load


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
        each = [f"{rate:.0f} × {OPERATIONS[name]}" for name, rate in check.rates.items()]
        mix = ", ".join([*each, *([f"{check.calls:.0f} × webhook call"] if check.calls else [])])
        rows.append([ENGINES[check.engine], mix, *(_compared(check.predicted, check.measured, key) for key in _KEYS)])
    return table(["", "per second", *_KEYS.values()], rows)


def _deviations(found: Costs) -> str:
    """A sentence about the ratios of predictions and measurements."""
    said = []
    for key, what in _DEVIATING.items():
        ratios = [one.predicted[key] / one.measured[key] for one in found.checks if one.measured[key]]
        said.append(f"{min(ratios):.2f} to {max(ratios):.2f} for {what}")
    return (
        f"Prediction / measurement: {', '.join(said)}. Each mix was sent for {found.checks[0].seconds:.0f} s to one "
        "process, at rates at which the model expects it to be a little and moderately busy.\n"
    )


_DEVIATING = {
    "server": "the processor time of the server",
    "database": "that of PostgreSQL",
    "log": "what is written to the disk",
}
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
