"""Stores the results as JSON, and renders them for the terminal and the documentation."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from bench import plot
from bench.compared import Compared
from bench.delay import Delay
from bench.deliveries import Drained
from bench.endurance import Memory, Start
from bench.growth import Grown
from bench.hanging import Hanging
from bench.matrix import Cell
from bench.openloop import OpenLoop
from bench.scenarios import NAMES

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PAGE, PLOT = Path("docs/benchmarks.md"), Path("docs/bench.svg")
_BEGIN, _END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


class Settings(Struct):
    """The durations and rounds of a run, as stored with its results."""

    seconds: float
    rounds: int
    users: int
    workers: int = 1
    """Server processes."""
    open_seconds: float = 0
    open_rounds: int = 0


class Results(Struct):
    """The results of one engine; parts that were not measured are empty."""

    engine: str
    facts: dict[str, str]
    settings: Settings
    scenarios: list[Cell] = []
    open_loop: list[OpenLoop] = []
    growth: list[Grown] = []
    memory: Memory | None = None
    start: Start | None = None
    deliveries: list[Drained] = []
    delay: Delay | None = None
    hanging: Hanging | None = None
    compared: dict[str, list[Compared]] = {}


def store(results: Results, folder: Path) -> Path:
    """Write the results to `<engine>.json`, or `<engine>-<n>-workers.json`; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    workers = results.settings.workers
    path = folder / (f"{results.engine}-{workers}-workers.json" if workers > 1 else f"{results.engine}.json")
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    return path


def load(folder: Path) -> list[Results]:
    """The stored results of all engines and numbers of workers."""
    paths = [path for engine in ENGINES for path in (folder / f"{engine}.json", *folder.glob(f"{engine}-*.json"))]
    found = [msgspec.json.decode(path.read_bytes(), type=Results) for path in paths if path.exists()]
    return sorted(found, key=lambda results: ([*ENGINES].index(results.engine), results.settings.workers))


def publish(folder: Path) -> None:
    """Write the figures into the documentation."""
    found = load(folder)
    head, _, rest = PAGE.read_text().partition(_BEGIN)
    PAGE.write_text(f"{head}{_BEGIN}\n\n{figures(found)}\n{_END}{rest.partition(_END)[2]}")
    PLOT.write_text(plot.draw(found))


def figures(found: list[Results]) -> str:
    """The figures as Markdown."""
    if not found:
        return "No results yet.\n"
    return "\n".join(_section(results) for results in found)


def _section(results: Results) -> str:
    parts = [f"### {_title(results)}\n", _conditions(results)]
    if results.scenarios:
        parts.append(scenario_table(results.scenarios))
    if results.open_loop:
        parts += [_open_loop_conditions(results.settings), open_loop_table(results.open_loop)]
    if results.growth:
        parts.append(growth_table(results.growth))
    if results.memory:
        parts.append(_memory(results.memory))
    if results.start:
        parts.append(
            f"Start to ready, on the resulting database: {results.start.seconds:.2f} s; "
            f"the bare handler: {results.start.bare_seconds:.2f} s.\n"
        )
    if results.deliveries:
        parts.append(deliveries_table(results.deliveries))
    if results.delay:
        parts.append(_delay(results.delay))
    if results.hanging:
        parts.append(_hanging(results.hanging))
    if results.compared:
        parts.append(compared_table(one for rows in results.compared.values() for one in rows))
    return "\n".join(parts)


def _title(results: Results) -> str:
    workers = results.settings.workers
    return ENGINES[results.engine] + (f", {workers} workers" if workers > 1 else "")


def _conditions(results: Results) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in results.facts.items())
    given = results.settings
    return f"Medians of {given.rounds} rounds of {given.seconds:g} s; {given.users:,} users; {facts}.\n"


def scenario_table(cells: Iterable[Cell]) -> str:
    """A row for each scenario and number of connections."""
    rows = [
        [
            NAMES[cell.scenario],
            str(cell.connections),
            f"{cell.rate:,.0f}",
            f"**{cell.ratio:.2f}**",
            f"{min(cell.ratios):.2f}–{max(cell.ratios):.2f}",
            f"{cell.p50 / 1000:.2f}",
            f"{cell.p99 / 1000:.2f}",
            str(cell.errors),
            f"{cell.cpu:.0f}" + (f" + {cell.database_cpu:.0f}" if cell.database_cpu else ""),
            f"{cell.bare_cpu:.0f}",
            f"{cell.memory_bytes / 1e6:.0f}",
        ]
        for cell in cells
    ]
    head = ["", "connections", "per second", "of the bare handler", "rounds", "p50 ms", "p99 ms", "errors"]
    return table([*head, "CPU µs each", "bare CPU µs", "MB"], rows)


def _open_loop_conditions(given: Settings) -> str:
    rounds = f"{given.open_rounds} rounds of {given.open_seconds:g} s"
    return f"Open loop, latencies from the time at which a request was due; medians of {rounds}:\n"


def open_loop_table(rows: Iterable[OpenLoop]) -> str:
    """A row for each scenario at a constant rate."""
    head = [
        "",
        "connections",
        "rate",
        "of the capacity",
        "achieved",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
    ]
    cells = [
        [
            NAMES[one.scenario],
            str(one.connections),
            f"{one.wanted_rate:,.0f}",
            f"{one.wanted_rate / one.capacity:.2f}" if one.capacity else "",
            f"{one.rate:,.0f}",
            *(f"{value / 1000:.2f}" for value in (one.p50, one.p90, one.p99, one.p999, one.max)),
            f"{one.late:,}",
            f"{one.unsent:,}",
            str(one.errors),
        ]
        for one in rows
    ]
    return table([*head, "late", "unsent", "errors"], cells)


def growth_table(grown: Iterable[Grown]) -> str:
    """A row for each case that is compared with another."""
    rows = [
        [
            one.name,
            one.against,
            f"**{one.times:.2f}**",
            f"{min(one.all_times):.2f}–{max(one.all_times):.2f}",
            f"{one.rate:,.0f}",
            f"{one.p99 / 1000:.2f}",
            f"{one.kilobytes:.1f}, {one.base_kilobytes:.1f}",
            str(one.errors),
        ]
        for one in grown
    ]
    return table(["", "compared with", "cost ratio", "rounds", "per second", "p99 ms", "kB written", "errors"], rows)


def compared_table(rows: Iterable[Compared]) -> str:
    """A row for each kind that is compared with another."""
    cells = [
        [
            one.name,
            one.against,
            f"**{one.times:.2f}**",
            f"{min(one.all_times):.2f}–{max(one.all_times):.2f}",
            "" if one.cpu_times is None else f"{one.cpu_times:.2f}",
            f"{one.time / 1000:.3f}",
            f"{one.cpu:.0f}" if one.cpu else "",
        ]
        for one in rows
    ]
    return table(["", "compared with", "time ratio", "rounds", "CPU ratio", "ms each", "CPU µs each"], cells)


def _memory(memory: Memory) -> str:
    wanted = (0, 0.1, 0.5, 1)
    samples = [min(memory.samples, key=lambda sample: abs(sample[0] - part * memory.requests)) for part in wanted]
    samples_text = ", ".join(f"{size / 1e6:.0f} MB after {requests:,}" for requests, size in samples)
    return f"Memory over {memory.requests:,} requests of every kind ({memory.errors} errors): {samples_text}.\n"


def deliveries_table(drained: Iterable[Drained]) -> str:
    """A row for each number of webhooks."""
    rows = [
        [
            f"backlog of {one.backlog:,} to {one.webhooks}",
            f"**{one.rate:,.0f}**",
            str(one.missing),
            str(one.again),
            f"{one.cpu:.0f}" + (f" + {one.database_cpu:.0f}" if one.database_cpu else ""),
            f"{one.memory_before / 1e6:.0f}",
            f"{one.memory_most / 1e6:.0f}",
            f"{one.receiver_rate:,.0f}",
            f"{one.receiver_busy:.2f}",
        ]
        for one in drained
    ]
    head = ["deliveries", "per second", "missing", "repeated", "CPU µs each", "MB before", "MB at most"]
    return table([*head, "receiver per second", "receiver CPU"], rows)


def _delay(delay: Delay) -> str:
    return (
        f"Delay of deliveries at {delay.rate:,.0f} messages per second: p50 {_ms(delay.p50)}, p99 {_ms(delay.p99)}, "
        f"at most {_ms(delay.max)}; from the start of the request p50 {_ms(delay.request_p50)}, "
        f"p99 {_ms(delay.request_p99)}. {delay.arrived:,} of {delay.acknowledged:,} acknowledged messages were "
        f"delivered, with {delay.again} repetitions; {delay.errors} errors.\n"
    )


def _hanging(hanging: Hanging) -> str:
    return (
        f"Delay of {hanging.healthy} webhooks next to one that never responds, at {hanging.rate:g} messages per "
        f"second, from the request: p50 {_ms(hanging.p50)}, {_times(hanging.p50_times)} times the delay without "
        f"that one; p99 {_ms(hanging.p99)}, {_times(hanging.p99_times)} times. {hanging.arrived:,} of "
        f"{hanging.expected:,} expected calls arrived; {hanging.errors} errors; {hanging.hung} calls hung.\n"
    )


def _ms(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f} ms"


def _times(times: list[float]) -> str:
    return f"**{statistics.median(times):.2f}** ({min(times):.2f}–{max(times):.2f})"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; all columns but the first are aligned to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
