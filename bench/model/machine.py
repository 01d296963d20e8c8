"""Measures the costs on this machine, on both engines."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import engines, facts
from bench.engines import Engine
from bench.load import LOADER
from bench.model import check as checking
from bench.model import measuring
from bench.model.check import Extent
from bench.model.costs import Costs, EngineCosts
from bench.model.measuring import Effort

NAMES = ("sqlite", "postgresql")


@contextmanager
def engine(name: str) -> Iterator[tuple[Engine, Path]]:
    """An engine whose databases are on the disk of the checkout, and the folder of these databases."""
    if not LOADER.exists():
        sys.exit(f"bench.model: {LOADER} is missing: run `make {LOADER}`")
    # The temporary folder of the system may be in memory, where fsync takes no time.
    with tempfile.TemporaryDirectory(dir=LOADER.parent, prefix="data-") as created:
        folder = Path(created).absolute()
        with engines.sqlite(folder) if name == "sqlite" else engines.own_postgresql(folder) as found:
            yield found, folder


def measure(effort: Effort) -> Costs:
    """Measure the costs of all operations."""
    machine: dict[str, str] = {}
    found: dict[str, EngineCosts] = {}
    for name in NAMES:
        print(name, file=sys.stderr)
        with engine(name) as (opened, folder):
            machine |= facts.gather(opened, folder)
            found[name] = measuring.run(opened, effort)
    return Costs(machine, effort.rounds, effort.seconds, found)


def check(found: Costs, extent: Extent) -> Costs:
    """Compare the model with measurements on both engines."""
    found.checks = []
    for name in NAMES:
        print(name, file=sys.stderr)
        with engine(name) as (opened, _):
            found.checks += checking.run(opened, found, extent)
    return found
