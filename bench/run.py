"""Measures the server on each engine, as ratios to a bare handler under the same load in the same run.

    make bench
    .venv/bin/python -m bench.run --engine sqlite --only join-spread --connections 64

docs/benchmarks.md describes the measurements, and how to read the figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace

from bench import delay, deliveries, endurance, engines, facts, growth, hanging, matrix, openloop, report
from bench.comparisons import COMPARISONS
from bench.engines import Engine
from bench.load import LOADER
from bench.plan import QUICK, Plan
from bench.report import Results, Settings
from bench.scenarios import NAMES
from heliograph.errors import UsageError

GROWTH, ENDURANCE, OPEN_LOOP = "growth", "endurance", "open-loop"
DELIVERIES, DELAY, HANGING = "deliveries", "delay", "hanging"
PARTS = (OPEN_LOOP, GROWTH, ENDURANCE, DELIVERIES, DELAY, HANGING, *COMPARISONS)
"""The measurements other than the scenarios."""
_WITH_RATE = (OPEN_LOOP, DELAY, HANGING)
RESULTS = Path("bench/results")


def arguments(given: list[str] | None) -> argparse.Namespace:
    """Parse the options."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--connections", type=_numbers, help="numbers of connections, such as 64; default 1,16,64")
    parser.add_argument("--seconds", type=float, help="maximum duration of each measurement")
    parser.add_argument("--rounds", type=int, help="number of rounds; default 9")
    parser.add_argument("--only", choices=[*NAMES, *PARTS], metavar="SCENARIO", help=", ".join([*NAMES, *PARTS]))
    parser.add_argument("--backlog", type=int, help="number of pending deliveries; default 30000")
    parser.add_argument("--scenario", choices=NAMES, metavar="SCENARIO", help="scenario of the open loop; default all")
    parser.add_argument(
        "--rate", type=_positive, help="requests per second of the open loop, or messages per second for delays"
    )
    parser.add_argument("--workers", type=int, default=1, help="server processes, on PostgreSQL; default 1")
    parser.add_argument("--quick", action="store_true", help="measure everything with small sizes, in about a minute")
    parser.add_argument(
        "--database", metavar="URL", help="PostgreSQL server on which databases may be created and dropped"
    )
    parser.add_argument("--results", type=Path, help="folder for the results; leaves the documentation unchanged")
    options = parser.parse_args(given)
    if options.workers > 1 and options.engine != "postgresql":
        parser.error("SQLite is served by one process: --workers needs --engine postgresql")
    if options.rate and options.only not in _WITH_RATE:
        parser.error(f"--rate needs --only with one of: {', '.join(_WITH_RATE)}")
    if options.scenario and options.only != OPEN_LOOP:
        parser.error(f"--scenario needs --only {OPEN_LOOP}")
    return options


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be positive")
    return number


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def measure(engine: Engine, plan: Plan, folder: Path) -> Results:
    """Measure everything, or the part that the plan selects."""
    found = Results(engine.name, facts.gather(engine, folder), _settings(plan))
    if plan.only not in PARTS:
        _print_progress(f"{engine.name}: scenarios")
        found.scenarios = matrix.run(engine, plan)
    if plan.only in (None, OPEN_LOOP):
        _print_progress(f"{engine.name}: open loop")
        found.open_loop = openloop.run(engine, plan)
    if plan.only in (None, GROWTH):
        _print_progress(f"{engine.name}: growth")
        found.growth = growth.run(engine, plan)
    if plan.only in (None, ENDURANCE):
        _print_progress(f"{engine.name}: memory and start")
        found.memory, found.start = endurance.run(engine, plan)
    if plan.only in (None, DELIVERIES):
        _print_progress(f"{engine.name}: deliveries")
        found.deliveries = deliveries.run(engine, plan)
    if plan.only in (None, DELAY):
        _print_progress(f"{engine.name}: delay of deliveries")
        found.delay = delay.run(engine, plan)
    if plan.only in (None, HANGING):
        _print_progress(f"{engine.name}: delay next to a hanging webhook")
        found.hanging = hanging.run(engine, plan)
    for name, run in COMPARISONS.items():
        if plan.only in (None, name):
            _print_progress(f"{engine.name}: {name}")
            found.compared[name] = run(engine, plan)
    return found


def _settings(plan: Plan) -> Settings:
    return Settings(plan.seconds, plan.rounds, plan.users, plan.workers, plan.open_seconds, plan.open_rounds)


def _print_progress(what: str) -> None:
    print(what, file=sys.stderr)


def _plan(options: argparse.Namespace) -> Plan:
    names = ("connections", "only", "seconds", "rounds", "backlog", "rate", "workers", "scenario")
    given = {name: getattr(options, name) for name in names}
    # `--seconds` also applies to the open loop: the closed loop before it only determines its rate.
    given |= {"steady_seconds": options.seconds, "open_seconds": options.seconds}
    given |= dict.fromkeys(("hanging_rounds", "open_rounds", "compared_rounds"), options.rounds)
    return replace(QUICK if options.quick else Plan(), **{name: value for name, value in given.items() if value})


def main(given: list[str] | None = None) -> None:
    """Measure, print and store. A complete run also updates the documentation."""
    options = arguments(given)
    if not LOADER.exists():
        sys.exit(f"bench: {LOADER} is missing: run `make {LOADER}`")
    plan = _plan(options)
    complete = not (options.quick or options.only or options.results)
    results = options.results or (RESULTS if complete else Path(".bench/results"))
    engines.set_master_key()
    names = ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]
    for name in names:
        # The temporary folder of the system may be in memory, where fsync takes no time.
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=LOADER.parent, prefix="data-")))
            try:
                engine = stack.enter_context(engines.open_engine(name, folder, options.database))
                found = measure(engine, plan, folder)
            except (UsageError, ImportError) as error:
                if options.engine != "both":
                    sys.exit(f"bench: {error}")
                _print_progress(f"bench: {name} was not measured: {error}")
                continue
        path = report.store(found, results)
        print(f"{report.figures([found])}\nstored in {path}")
    if complete:
        report.publish(results)


if __name__ == "__main__":
    main()
