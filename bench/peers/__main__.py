"""Measures a peer and this server in turns, on both kinds of storage: embedded, and PostgreSQL.

    .venv/bin/python -m bench.peers --peer ejabberd

docs/benchmarks.md describes what is compared, and which differences remain.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import engines, facts, processes, scenarios
from bench.engines import Engine
from bench.load import LOADER
from bench.peers import contest, ejabberd, report, synapse
from bench.peers.contest import Target
from bench.peers.peer import Peer
from bench.peers.report import OURS, POSTGRESQL, SQLITE, PeerResults

PEERS = {peer.name: peer for peer in (ejabberd.PEER, synapse.PEER)}
_USERS = 100_000


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options."""
    parser = argparse.ArgumentParser(
        prog="bench.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="maximum duration of each measurement; default 2")
    parser.add_argument("--results", type=Path, help="folder for the results; leaves the documentation unchanged")
    return parser.parse_args(given)


@contextmanager
def _ours(name: str, engine: Engine, turns: int) -> Iterator[Target]:
    url = engine.create("peers")
    stage = asyncio.run(scenarios.build(url, _USERS, turns))
    engine.settle(url)
    with processes.heliograph(url) as server:
        yield Target(f"{OURS}, {name}", server, stage, engine.process)


@contextmanager
def _theirs(peer: Peer, folder: Path, engine: Engine | None, turns: int) -> Iterator[Target]:
    name = POSTGRESQL if engine else peer.embedded
    print(f"{peer.name}, {name}: preparing the rooms", file=sys.stderr)
    with peer.serve(folder / f"{peer.name}-{name.lower()}", engine) as server:
        stage = peer.build(server, turns)
        yield Target(f"{peer.name}, {name}", server, stage, engine.process if engine else None)


def measure(peer: Peer, options: argparse.Namespace, folder: Path) -> PeerResults:
    """Measure this server and the peer, each embedded and on the same PostgreSQL server."""
    turns = options.rounds * len(options.connections)
    with ExitStack() as stack:
        sqlite = stack.enter_context(engines.sqlite(folder))
        postgresql = stack.enter_context(engines.own_postgresql(folder, tcp=True))
        targets = [
            stack.enter_context(_ours(SQLITE, sqlite, turns)),
            stack.enter_context(_theirs(peer, folder, None, turns)),
            stack.enter_context(_ours(POSTGRESQL, postgresql, turns)),
            stack.enter_context(_theirs(peer, folder, postgresql, turns)),
        ]
        conditions = {**facts.gather(postgresql, folder), peer.name: peer.version()}
        entries = contest.run(targets, options.connections, options.rounds, options.seconds)
    return PeerResults(peer.name, peer.embedded, conditions, options.seconds, options.rounds, entries)


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print and store. Without `--results` it also updates the documentation."""
    options = arguments(given)
    peer = PEERS[options.peer]
    if not LOADER.exists():
        sys.exit(f"bench.peers: {LOADER} is missing: run `make {LOADER}`")
    if problem := peer.prepare():
        sys.exit(f"bench.peers: {problem}")
    os.environ.setdefault("HELIOGRAPH_MASTER_KEY", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    with tempfile.TemporaryDirectory(dir=LOADER.parent, prefix="data-") as folder:
        found = measure(peer, options, Path(folder).absolute())
    path = report.store(found, options.results or report.RESULTS)
    print(f"{report.figures([found])}\nstored in {path}")
    if not options.results:
        report.publish(report.RESULTS)


if __name__ == "__main__":
    main()
