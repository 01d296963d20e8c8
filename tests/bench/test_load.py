"""The generator counts right, whatever a server does."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench.processes import free_port

from tests.bench.strange import ANSWERS, SILENT, STALL, StrangeServer, strange_server

NO_ERRORS = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0}


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with strange_server() as server:
        yield server


class Run:
    """Runs the generator against a server."""

    def __init__(self, loader: Path, port: int, file: Path) -> None:
        self.loader, self.port, self.file = loader, port, file

    def __call__(self, lines: list[str], *options: str) -> Any:
        self.file.write_text("".join(f"{line}\n" for line in lines))
        done = subprocess.run(
            [self.loader, *options, "127.0.0.1", str(self.port), self.file],
            env={**os.environ, "LOAD_AUTHORIZATION": "Basic abc"},
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        return json.loads(done.stdout)


@pytest.fixture
def load(loader: Path, server: StrangeServer, tmp_path: Path) -> Run:
    return Run(loader, server.server_address[1], tmp_path / "requests.tsv")


def test_every_line_is_sent_once_as_it_stands(load: Run, server: StrangeServer) -> None:
    lines = [f'POST\t/plain\t{{"number":{number}}}' for number in range(500)] + ["GET\t/plain\t", "POST\t/empty\t"]
    told = load(lines, "-1", "-c7", "-s20")
    assert (told["requests"], told["taken"], told["statuses"], told["errors"]) == (502, 502, {"200": 502}, NO_ERRORS)
    assert told["reconnects"] == 0
    sent = [tuple(line.split("\t")) for line in lines]
    assert server.asked == {(*line, "Basic abc"): 1 for line in sent}
    assert 0 < told["p50"] <= told["p90"] <= told["p99"] <= told["max"] <= told["microseconds"]


@pytest.mark.parametrize("path", ["/plain", "/empty", "/early", "/split", "/long", "/header", "/chunked", "/pieces"])
def test_an_answer_may_come_in_any_form(load: Run, path: str) -> None:
    told = load([f"GET\t{path}\t"] * 20, "-1", "-c3", "-s20")
    assert (told["statuses"], told["errors"], told["reconnects"]) == ({"200": 20}, NO_ERRORS, 0)


@pytest.mark.parametrize("path", ["/goodbye", "/to-the-end"])
def test_a_server_that_says_goodbye_is_called_again(load: Run, server: StrangeServer, path: str) -> None:
    told = load([f"GET\t{path}\t"] * 20, "-1", "-c3", "-s20")
    assert (told["statuses"], told["errors"]) == ({"200": 20}, NO_ERRORS)
    assert 17 <= told["reconnects"] < 20


def test_statuses_are_counted_each_and_those_outside_200_as_errors(load: Run) -> None:
    lines = ["GET\t/plain\t"] * 5 + ["GET\t/nothing\t"] * 4 + ["GET\t/failure\t"] * 3 + ["GET\t/refusal\t"] * 2
    told = load(lines, "-1", "-c2", "-s20")
    assert told["statuses"] == {"200": 5, "204": 4, "404": 2, "500": 3}
    assert told["errors"] == {**NO_ERRORS, "status": 5}


@pytest.mark.parametrize("path", ["/drop", "/half", "/garbage", "/too-much"])
def test_what_is_no_answer_is_an_error_and_the_rest_goes_on(load: Run, server: StrangeServer, path: str) -> None:
    told = load([f"GET\t{path}\t", "GET\t/plain\t"] * 10, "-1", "-c3", "-s20")
    assert (told["requests"], told["taken"], told["statuses"]) == (10, 20, {"200": 10})
    assert told["errors"] == {**NO_ERRORS, "read": 10}
    assert sum(server.asked.values()) == 20


def test_every_request_is_an_answer_or_an_error(load: Run) -> None:
    lines = [f"GET\t{path}\t" for path in ANSWERS for _ in range(30)]
    random.Random(1).shuffle(lines)
    told = load(lines, "-1", "-c20", "-s20")
    errors = told["errors"]
    assert told["taken"] == len(lines) == told["requests"] + errors["read"] + errors["write"]
    assert sum(told["statuses"].values()) == told["requests"]
    assert (errors["timeout"], errors["connect"]) == (0, 0)
    # A server that hangs up without a word takes a request with it that was just on the way.
    assert 0 < errors["status"] <= 60


def test_who_does_not_answer_in_time_is_hung_up_on(load: Run) -> None:
    told = load([f"GET\t{SILENT}\t", "GET\t/plain\t", "GET\t/plain\t"], "-1", "-c1", "-s20", "-t0.2")
    assert (told["statuses"], told["errors"]) == ({"200": 2}, {**NO_ERRORS, "timeout": 1})


def test_without_once_the_first_line_follows_the_last_until_the_time_is_over(load: Run, server: StrangeServer) -> None:
    told = load(["GET\t/plain\t", "GET\t/nothing\t"], "-c1", "-s0.3")
    assert told["requests"] == told["taken"] == sum(server.asked.values()) > 2
    assert 0 <= told["statuses"]["200"] - told["statuses"]["204"] <= 1
    assert told["microseconds"] >= 290_000


def test_nobody_there_is_an_error_and_no_endless_loop(loader: Path, tmp_path: Path) -> None:
    told = Run(loader, free_port(), tmp_path / "requests.tsv")(["GET\t/plain\t"], "-1", "-c2", "-s0.2")
    assert (told["requests"], told["taken"]) == (0, 0)
    assert told["errors"]["connect"] > 0


@pytest.mark.parametrize("text", ["", "GET /plain\n", "GET\t/plain\n"])
def test_a_file_that_is_none_is_refused(loader: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "requests.tsv").write_text(text)
    done = subprocess.run([loader, "127.0.0.1", "1", tmp_path / "requests.tsv"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"load: ")


def test_the_open_loop_sends_at_its_rate(load: Run, server: StrangeServer) -> None:
    told = load(["GET\t/plain\t", "GET\t/nothing\t"], "-r400", "-c8", "-s0.5")
    assert told["requests"] + told["unsent"] == 200
    assert (told["taken"], told["errors"]) == (told["requests"], NO_ERRORS)
    assert sum(server.asked.values()) == told["requests"]
    # On a busy machine some come too late.
    assert told["requests"] > 0
    assert told["microseconds"] >= 490_000
    assert told["p50"] <= told["p90"] <= told["p99"] <= told["p999"] <= told["max"]


def test_the_open_loop_shows_a_stall_that_the_closed_loop_hides(load: Run, server: StrangeServer) -> None:
    """A stall of 200 ms affects one request per connection of the closed loop, and all that are due in the open one."""
    lines = ["GET\t/plain\t"] * 200 + [f"GET\t{STALL}\t"] + ["GET\t/plain\t"] * 799
    closed = load(lines, "-1", "-c2", "-s20")
    opened = load(lines, "-1", "-c2", "-s20", "-r1000")
    assert closed["requests"] == opened["requests"] == 1000
    assert closed["max"] >= 200_000
    assert closed["p99"] < 100_000
    assert opened["p99"] > 150_000
    assert opened["late"] >= 150
    assert opened["unsent"] == 0


def test_requests_that_are_due_while_every_connection_waits_are_late_or_unsent(load: Run) -> None:
    told = load([f"GET\t{SILENT}\t"], "-r100", "-c1", "-s0.3")
    assert (told["taken"], told["requests"], told["unsent"]) == (1, 0, 29)
    assert told["errors"] == {**NO_ERRORS, "read": 1}


def test_a_rate_that_is_not_positive_is_refused(loader: Path, tmp_path: Path) -> None:
    done = subprocess.run([loader, "-r0", "127.0.0.1", "1", tmp_path], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
