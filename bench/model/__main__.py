"""Computes which machines a load needs, or measures the costs from which it computes them.

    .venv/bin/python -m bench.model --preset large
    .venv/bin/python -m bench.model --joins 100 --lists 300 --webhooks 2 --json
    .venv/bin/python -m bench.model --measure --check --publish

docs/howto/scale.md explains the results.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_type_hints

import msgspec
from msgspec.structs import asdict, fields, replace

from bench.model import check, costs, guide, machine, measuring, sizing, text
from bench.model.costs import Costs
from bench.model.workload import PRESETS, Target, Workload

_HELP = {
    "apps": "apps that have equal parts of the load",
    "users": "users that exist",
    "groups": "groups that exist",
    "members": "members of each group",
    "joins": "joins per second",
    "leaves": "leaves per second",
    "lists": "lists of participants per second",
    "new_lists": "part of the lists that come from the database",
    "messages": "messages per second",
    "creates": "new users per second",
    "gets": "reads of users per second",
    "webhooks": "webhooks of an app that get each of its events",
    "events": "events per second that webhooks listen to; default: joins, leaves and messages",
    "speed": "requests of the bare handler per second of processor time: 1,000,000 / 'bare CPU µs' of `make bench`",
    "utilisation": "part of the time for which processors and disks may be busy",
    "cores": "cores of each machine of servers",
    "database_cores": "cores of the machine of the database",
    "disk_mb": "megabytes per second that its disk writes",
    "disk_tb": "size of its disk in terabytes",
    "keep_days": "the setting --keep-days",
    "connections": "the setting --database-connections",
    "max_connections": "connections that PostgreSQL allows",
}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options."""
    parser = argparse.ArgumentParser(
        prog="bench.model", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", choices=PRESETS, help="a load that the other options change")
    for struct in (Workload, Target):
        hints = get_type_hints(struct)
        for field in fields(struct):
            kind = int if hints[field.name] is int else float
            default = "" if field.default in (msgspec.NODEFAULT, None) else f"; default {field.default:,g}"
            name = f"--{field.name.replace('_', '-')}"
            parser.add_argument(name, type=kind, metavar="N", help=_HELP[field.name].replace("%", "%%") + default)
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    parser.add_argument("--costs", type=Path, default=costs.COSTS, help="file of costs; default %(default)s")
    parser.add_argument("--measure", action="store_true", help="measure the costs on this machine, and store the file")
    parser.add_argument("--check", action="store_true", help="measure mixes, compare, and store the comparison")
    parser.add_argument("--publish", action="store_true", help="write the figures into docs/howto/scale.md")
    parser.add_argument("--quick", action="store_true", help="measure with small sizes, to try the command")
    return parser.parse_args(given)


def question(options: argparse.Namespace, found: Costs) -> tuple[Workload, Target]:
    """The load and the machines from the options; unset options have the values of the preset, or defaults."""
    given = {name: value for name, value in vars(options).items() if value is not None}

    def part(struct: type[msgspec.Struct]) -> dict[str, float]:
        return {field.name: given[field.name] for field in fields(struct) if field.name in given}

    load = replace(PRESETS[options.preset] if options.preset else Workload(), **part(Workload))
    return load, replace(Target(speed=found.speed), **part(Target))


def answer(options: argparse.Namespace) -> str:
    """The answers as text or JSON."""
    found = costs.load(options.costs)
    load, target = question(options, found)
    if not load.rates and not load.calls:
        sys.exit("bench.model: no load: name a --preset, or rates such as --joins 100")
    answers = sizing.answers(found, load, target)
    if not options.json:
        return text.rendered(found, load, target, answers)
    document = {
        "load": asdict(load),
        "target": asdict(target),
        "machine": found.machine,
        "answers": answers,
        "recommended": sizing.recommended(answers).engine,
        "assumptions": text.assumptions(found, target),
    }
    return msgspec.json.format(msgspec.json.encode(document)).decode()


def main(given: Sequence[str] | None = None) -> None:
    """Measure the costs, check the model, publish the figures, or print the answers for a load."""
    options = arguments(given)
    if options.measure or options.check:
        # With PostgreSQL the master key has to be given.
        os.environ.setdefault("HELIOGRAPH_MASTER_KEY", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    if options.measure:
        effort = measuring.QUICK if options.quick else measuring.Effort()
        costs.store(machine.measure(effort), options.costs)
    if options.check:
        extent = check.Extent(seconds=1) if options.quick else check.Extent()
        costs.store(machine.check(costs.load(options.costs), extent), options.costs)
    if options.publish:
        guide.publish(costs.load(options.costs))
    if not (options.measure or options.check or options.publish):
        print(answer(options))


if __name__ == "__main__":
    main()
