"""Measure the server on each engine, as ratios to a bare handler under the same load in the same run.

    make bench
    .venv/bin/python -m bench.run --engine sqlite --only join-spread --connections 64

What is measured, and how to read it, is told in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace

from bench import delay, deliveries, endurance, engines, facts, growth, hanging, matrix, report
from bench.engines import Engine
from bench.load import LOADER
from bench.plan import QUICK, Plan
from bench.report import Results, Settings
from bench.scenarios import NAMES
from heliograph.errors import UsageError

GROWTH, ENDURANCE = "growth", "endurance"
DELIVERIES, DELAY, HANGING = "deliveries", "delay", "hanging"
PARTS = (GROWTH, ENDURANCE, DELIVERIES, DELAY, HANGING)
"""What can be measured beside the scenarios."""
RESULTS = Path("bench/results")


def arguments(given: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--connections", type=_numbers, help="such as 64; 1,16,64 unless told")
    parser.add_argument("--seconds", type=float, help="of each measurement at most")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", choices=[*NAMES, *PARTS], metavar="SCENARIO", help=", ".join([*NAMES, *PARTS]))
    parser.add_argument("--backlog", type=int, help="deliveries that wait; 30000 unless told")
    parser.add_argument("--rate", type=float, help="messages a second while the delay of deliveries is measured")
    parser.add_argument("--quick", action="store_true", help="everything, in about a minute, on small databases")
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL in which databases may be made and dropped")
    parser.add_argument("--results", type=Path, help="a folder for the results; the documentation is then left alone")
    return parser.parse_args(given)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


@contextmanager
def _engine(name: str, folder: Path, url: str | None) -> Iterator[Engine]:
    with engines.sqlite(folder) if name == "sqlite" else engines.postgresql(folder, url) as engine:
        yield engine


def measure(engine: Engine, plan: Plan, folder: Path) -> Results:
    """Everything, or one part."""
    found = Results(engine.name, facts.gather(engine, folder), Settings(plan.seconds, plan.rounds, plan.users))
    if plan.only not in PARTS:
        _say(f"{engine.name}: scenarios")
        found.scenarios = matrix.run(engine, plan)
    if plan.only in (None, GROWTH):
        _say(f"{engine.name}: growth")
        found.growth = growth.run(engine, plan)
    if plan.only in (None, ENDURANCE):
        _say(f"{engine.name}: memory and start")
        found.memory, found.start = endurance.run(engine, plan)
    if plan.only in (None, DELIVERIES):
        _say(f"{engine.name}: deliveries")
        found.deliveries = deliveries.run(engine, plan)
    if plan.only in (None, DELAY):
        _say(f"{engine.name}: delay of deliveries")
        found.delay = delay.run(engine, plan)
    if plan.only in (None, HANGING):
        _say(f"{engine.name}: delay beside a webhook that hangs")
        found.hanging = hanging.run(engine, plan)
    return found


def _say(what: str) -> None:
    print(what, file=sys.stderr)


def main(given: list[str] | None = None) -> None:
    """Measure, print, store; a whole run also goes into the documentation."""
    options = arguments(given)
    if not LOADER.exists():
        sys.exit(f"bench: there is no {LOADER}: run `make {LOADER}`")
    asked = {name: getattr(options, name) for name in ("connections", "only", "seconds", "rounds", "backlog", "rate")}
    asked |= {"steady_seconds": options.seconds, "hanging_rounds": options.rounds}
    plan = replace(QUICK if options.quick else Plan(), **{name: value for name, value in asked.items() if value})
    whole = not (options.quick or options.only or options.results)
    results = options.results or (RESULTS if whole else Path(".bench/results"))
    # Of PostgreSQL no key lies beside the database.
    os.environ.setdefault("HELIOGRAPH_MASTER_KEY", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    names = ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]
    for name in names:
        # Not below the temporary folder of the system, which may be in memory: there nothing is ever waited for.
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=LOADER.parent, prefix="data-")))
            try:
                engine = stack.enter_context(_engine(name, folder, options.database))
                found = measure(engine, plan, folder)
            except (UsageError, ImportError) as error:
                if options.engine != "both":
                    sys.exit(f"bench: {error}")
                _say(f"bench: {name} was not measured: {error}")
                continue
        path = report.store(found, results)
        print(f"{report.figures([found])}\nstored in {path}")
    if whole:
        report.publish(results)


if __name__ == "__main__":
    main()
