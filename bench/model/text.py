"""Renders the answers as text; each figure is marked as measured, inferred or assumed."""

from __future__ import annotations

import msgspec

from bench.model.costs import Costs
from bench.model.sizing import Answer, recommended
from bench.model.workload import Target, Workload

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

MEASURED, INFERRED, ASSUMED = "measured", "inferred", "assumed"
_UNITS = ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def number(value: float) -> str:
    """A number with separators, without needless decimals."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def size(count: float) -> str:
    """A number of bytes with a unit, with two or three digits."""
    for unit, name in _UNITS:
        if count >= unit:
            value = count / unit
            return f"{value:.1f} {name}" if value < 10 else f"{value:,.0f} {name}"
    return f"{count:.0f} B"


def assumptions(found: Costs, target: Target) -> list[str]:
    """The assumptions of the model, in sentences."""
    return [
        f"Costs were measured on: {', '.join(f'{name} {value}' for name, value in found.machine.items())}. "
        f"Its speed is {found.speed:,.0f} requests of the bare handler per second of processor time; that of the "
        f"target is {target.speed:,.0f} (--speed).",
        f"Processors and disks are busy for at most {target.utilisation:.0%} of the time (--utilisation).",
        "An operation or a webhook call takes the processor time that it took on a server that was as busy, with only "
        "such operations at a constant rate. A server with little to do takes more: it sleeps before each request, and "
        "few writes share a transaction. Between what was measured, costs are interpolated.",
        "Processor time depends on the machine as that of the bare handler does in a closed loop.",
        "The database takes what it took with one server process. With many, it sleeps less and needs less.",
        "Processes do not slow each other down: no contention for locks, memory or the log. Joins and messages of one "
        "conversation wait for each other on PostgreSQL, so a single busy conversation is not in the model.",
        "The load is constant. Size cores for its peak, and disks for its average.",
        "Groups keep their size: as many users leave as join. Otherwise the growth of other rows adds up day by day.",
        "Webhook calls write to the disk what they wrote in a closed loop. SQLite writes whole pages, so a server with "
        "little to do writes more for each.",
        "Rows cost what they cost in a database of 50,000 users: memory holds the indexes that are in use.",
        "Not in the model: the network between servers and PostgreSQL, vacuum of old rows, standbys, backups, "
        "attachments, long texts, slow webhooks and their repeated calls.",
    ]


def rendered(found: Costs, load: Workload, target: Target, answers: list[Answer]) -> str:
    """The answers for the terminal."""
    given = ", ".join(
        f"{name.replace('_', ' ')} {number(value)}" for name, value in msgspec.structs.asdict(load).items() if value
    )
    parts = [f"Load: {given}; {number(load.calls)} webhook calls per second.\n"]
    parts += [_answer(answer) for answer in answers]
    parts.append(_conclusion(recommended(answers)))
    parts += ["\nThis is a model. It assumes:", *(f"- {one}" for one in assumptions(found, target))]
    return "\n".join(parts)


def _answer(answer: Answer) -> str:
    lines = [f"{ENGINES[answer.engine]}: {'within its limits' if answer.fits else 'beyond its limits'}"]
    lines += [f"  {name:38} {value:>22}  {basis}" for name, value, basis in _rows(answer)]
    lines.append("  limits, and the part of each that the load needs:")
    lines += [f"  {limit.name:38} {limit.use:>22.0%}  {INFERRED}" for limit in answer.limits]
    return "\n".join([*lines, ""])


def _rows(answer: Answer) -> list[tuple[str, str, str]]:
    rows = [
        ("server processes, one core each", f"{answer.processes:,}", INFERRED),
        ("processor time of each", f"{answer.loop:.0%}", INFERRED),
        ("machines for them", f"{answer.machines:,}", ASSUMED),
        ("memory of the server processes", size(answer.memory_bytes), MEASURED + " per process"),
    ]
    if answer.engine == "postgresql":
        rows += [
            ("cores of the database", f"{answer.database_cores:,.1f}", INFERRED),
            ("connections to the database, at most", f"{answer.connections:,}", INFERRED),
        ]
    written = "log (WAL) a day" if answer.engine == "postgresql" else "written to disk a day"
    return [
        *rows,
        (written, size(answer.log_day), MEASURED + " per operation"),
        ("  soon after checkpoints", size(answer.log_day_most), MEASURED + " per operation"),
        ("disk of events after --keep-days", size(answer.kept), MEASURED + " per operation"),
        ("disk of other rows, growth a day", size(answer.lasting_day), MEASURED + " per operation"),
        ("disk of existing users and members", size(answer.base), MEASURED + " per operation"),
        ("network of clients and webhooks", f"{size(answer.network)}/s", MEASURED + "; calls " + ASSUMED),
    ]


def _conclusion(answer: Answer) -> str:
    engine, first = ENGINES[answer.engine], answer.first
    if answer.fits:
        return f"Use {engine}. As the load grows, the first limit is: {first.name} ({first.use:.0%} of it is needed)."
    cells = int(-(-first.use // 1))
    return (
        f"One {engine} is not enough: {first.name} ({first.use:.0%} of it is needed). "
        f"Spread the apps over {cells} databases; docs/howto/scale.md says what that takes."
    )
