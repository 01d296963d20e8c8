"""Peers are measured in turns with this server, and reported as ratios."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench.peers import __main__ as command
from bench.peers import contest, ejabberd, report, synapse
from bench.peers.contest import ROWS, Entry, Target
from bench.peers.report import PeerResults
from bench.peers.rooms import Rooms, Turn
from bench.processes import Process
from bench.report import PAGE
from bench.scenarios import Load
from bench.worlds import World

from tests.bench.conftest import ROOT
from tests.bench.strange import strange_server


class RecordingStage:
    """Sends five requests for each load, and records which loads were requested."""

    def __init__(self) -> None:
        self.requested: list[tuple[str, int, int]] = []

    def load(self, scenario: str, turn: int, joined: int) -> Load:
        self.requested.append((scenario, turn, joined))
        return Load(World("", ""), ["GET\t/plain\t"] * 5)


def test_each_target_is_measured_in_every_turn(loader: Path) -> None:
    stages = [RecordingStage(), RecordingStage()]
    with strange_server() as server:
        process = Process(os.getpid(), server.server_address[1])
        targets = [Target(name, process, stage) for name, stage in zip("ab", stages, strict=True)]
        entries = contest.run(targets, connections=[1, 2], rounds=2, seconds=1)
        assert sum(server.received.values()) == 2 * len(ROWS) * 4 * 5
        # The load without a credential has no Authorization header.
        assert {credential for *_, credential in server.received} == {""}
    assert stages[0].requested == stages[1].requested
    # All rows after the joins of a turn get the number of users who joined in it: five.
    assert stages[0].requested == [(row, turn, 0 if row == ROWS[0] else 5) for turn in range(4) for row in ROWS]
    assert {(one.target, one.row, one.connections) for one in entries} == {
        (target, row, many) for target in "ab" for row in ROWS for many in (1, 2)
    }
    assert all((len(one.rates), one.requests, one.errors) == (2, 10, 0) for one in entries)


def test_the_users_who_leave_are_those_who_joined() -> None:
    turns = [Turn(["a", "b", "c"], ["x", "y"], "z"), Turn([], [], "")]
    rooms = Rooms(World("", ""), ["m", "n"], ["l", "k"], turns, lambda *row: " ".join(row))
    assert rooms.load("join-spread", 0, 0) == Load(
        World("", ""), ["join-spread x a", "join-spread y b", "join-spread x c"]
    )
    assert rooms.load("leave", 0, 2).lines == ["leave x a", "leave y b"]
    assert rooms.load("join-one", 0, 0).lines == ["join-one z a", "join-one z b", "join-one z c"]
    listed = rooms.load("list-100", 1, 0)
    assert (listed.lines, listed.once) == (["list-100 l m", "list-100 k m"], False)


def test_requests_of_the_peers() -> None:
    joining = ejabberd.line("join-one", "room", "u1")
    assert joining.startswith('POST\t/api/subscribe_room\t{"user": "u1@localhost", "nick": "u1", "room": "room@conf')
    assert ejabberd.line("leave", "room", "u1").startswith("POST\t/api/unsubscribe_room\t")
    assert ejabberd.line("list-100", "room", "u1").startswith("POST\t/api/get_subscribers\t")
    assert synapse.line("leave", "%21r", "u1") == (
        "POST\t/_matrix/client/v3/rooms/%21r/leave?user_id=%40u1%3Alocalhost\t{}"
    )


def test_a_missing_peer_is_reported_in_one_line(loader: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as stopped:
        command.main(["--peer", "ejabberd"])
    assert stopped.value.code == ("bench.peers: ejabberd is not installed: apt-get install ejabberd erlang-p1-pgsql")


def results(peer: str, rate: float) -> PeerResults:
    """Results in which this server makes 300 requests per second, and the peer `rate`."""

    def entry(target: str, row: str, rate: float) -> Entry:
        return Entry(target, row, 1, [rate], p50=1000, p99=2000, cpu=10, database_cpu=0, requests=10, errors=0)

    targets = {
        "heliograph, SQLite": 300,
        "heliograph, PostgreSQL": 300,
        f"{peer}, Own": rate,
        f"{peer}, PostgreSQL": rate,
    }
    entries = [entry(target, row, of) for target, of in targets.items() for row in ROWS]
    return PeerResults(peer, "Own", {"cores": "2"}, 1, 1, entries)


def test_results_of_all_peers_are_in_one_file(tmp_path: Path) -> None:
    first, other, again = results("one", 100), results("another", 600), results("one", 150)
    for each in (first, other, again):
        report.store(each, tmp_path)
    assert report.load(tmp_path) == [other, again]
    shown = report.figures([other, again])
    assert [line for line in shown.splitlines() if line.startswith("### ")] == ["### another", "### one"]
    assert shown.count("| **0.50** |") == shown.count("| **2.00** |") == 2 * len(ROWS)


def test_the_documentation_shows_the_stored_results() -> None:
    assert report.figures(report.load(ROOT / report.RESULTS)) in (ROOT / PAGE).read_text()


def test_every_peer_is_an_option() -> None:
    assert [command.arguments(["--peer", peer.name]).peer for peer in (ejabberd.PEER, synapse.PEER)] == [*command.PEERS]
