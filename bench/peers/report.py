"""Stores the results of peers in one file, and renders them for the terminal and the documentation."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.peers.contest import ROWS, Entry
from bench.report import PAGE, table
from bench.scenarios import NAMES

OURS, SQLITE, POSTGRESQL = "heliograph", "SQLite", "PostgreSQL"
RESULTS = Path("bench/results")
_FILE = "peers.json"
_BEGIN, _END = "<!-- peers: written by `python -m bench.peers` -->", "<!-- end of peers -->"


class PeerResults(Struct):
    """The measurements of a peer and of this server in the same run."""

    peer: str
    embedded: str
    """The storage that the peer uses without a database server."""
    facts: dict[str, str]
    seconds: float
    rounds: int
    entries: list[Entry]


def store(results: PeerResults, folder: Path) -> Path:
    """Write the results to the file of all peers, replacing earlier results of this peer; returns its path."""
    others = [one for one in load(folder) if one.peer != results.peer]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _FILE
    content = sorted([*others, results], key=lambda one: one.peer)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    return path


def load(folder: Path) -> list[PeerResults]:
    """The stored results."""
    path = folder / _FILE
    return msgspec.json.decode(path.read_bytes(), type=list[PeerResults]) if path.exists() else []


def publish(folder: Path) -> None:
    """Write the figures into the documentation."""
    head, _, rest = PAGE.read_text().partition(_BEGIN)
    PAGE.write_text(f"{head}{_BEGIN}\n\n{figures(load(folder))}\n{_END}{rest.partition(_END)[2]}")


def figures(found: Sequence[PeerResults]) -> str:
    """The figures as Markdown."""
    return "\n".join(_section(results) for results in found) if found else "No results yet.\n"


def _section(results: PeerResults) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in results.facts.items())
    parts = [
        f"### {results.peer}\n",
        f"Medians of {results.rounds} rounds of {results.seconds:g} s; {facts}.\n",
    ]
    for ours, theirs in ((SQLITE, results.embedded), (POSTGRESQL, POSTGRESQL)):
        parts += [f"{OURS} on {ours}, {results.peer} on {theirs}:\n", _comparison(results, ours, theirs)]
    return "\n".join(parts)


def _comparison(results: PeerResults, ours: str, theirs: str) -> str:
    entries = {(entry.target, entry.row, entry.connections): entry for entry in results.entries}
    connections = sorted({entry.connections for entry in results.entries})
    head = ["", "connections", "per second", results.peer, "ratio", "rounds", "p99 ms", results.peer]
    pairs = [
        (entries[f"{OURS}, {ours}", row, many], entries[f"{results.peer}, {theirs}", row, many])
        for row in ROWS
        for many in connections
    ]
    return table([*head, "CPU µs each", results.peer, "errors"], [_cells(*pair) for pair in pairs])


def _cells(ours: Entry, theirs: Entry) -> list[str]:
    ratios = [one / max(other, 1e-9) for one, other in zip(ours.rates, theirs.rates, strict=True)]
    return [
        NAMES[ours.row],
        str(ours.connections),
        f"{ours.rate:,.0f}",
        f"{theirs.rate:,.0f}",
        f"**{statistics.median(ratios):.2f}**",
        f"{min(ratios):.2f}–{max(ratios):.2f}",
        f"{ours.p99 / 1000:.2f}",
        f"{theirs.p99 / 1000:.2f}",
        _cpu(ours),
        _cpu(theirs),
        str(ours.errors + theirs.errors),
    ]


def _cpu(entry: Entry) -> str:
    return f"{entry.cpu:.0f}" + (f" + {entry.database_cpu:.0f}" if entry.database_cpu else "")
