"""The load generator counts correctly with valid and invalid responses."""

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

from tests.bench.strange import RESPONSES, SILENT, STALL, StrangeServer, strange_server

NO_ERRORS = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0}


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with strange_server() as server:
        yield server


class Run:
    """Runs the load generator against a server."""

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
    report = load(lines, "-1", "-c7", "-s20")
    assert (report["requests"], report["taken"]) == (502, 502)
    assert (report["statuses"], report["errors"], report["reconnects"]) == ({"200": 502}, NO_ERRORS, 0)
    sent = [tuple(line.split("\t")) for line in lines]
    assert server.received == {(*line, "Basic abc"): 1 for line in sent}
    assert 0 < report["p50"] <= report["p90"] <= report["p99"] <= report["max"] <= report["microseconds"]


@pytest.mark.parametrize("path", ["/plain", "/empty", "/early", "/split", "/long", "/header", "/chunked", "/pieces"])
def test_a_response_may_have_any_form(load: Run, path: str) -> None:
    report = load([f"GET\t{path}\t"] * 20, "-1", "-c3", "-s20")
    assert (report["statuses"], report["errors"], report["reconnects"]) == ({"200": 20}, NO_ERRORS, 0)


@pytest.mark.parametrize("path", ["/goodbye", "/to-the-end"])
def test_a_closed_connection_is_opened_again(load: Run, server: StrangeServer, path: str) -> None:
    report = load([f"GET\t{path}\t"] * 20, "-1", "-c3", "-s20")
    assert (report["statuses"], report["errors"]) == ({"200": 20}, NO_ERRORS)
    assert 17 <= report["reconnects"] < 20


def test_each_status_is_counted_and_other_statuses_than_2xx_are_errors(load: Run) -> None:
    lines = ["GET\t/plain\t"] * 5 + ["GET\t/nothing\t"] * 4 + ["GET\t/failure\t"] * 3 + ["GET\t/refusal\t"] * 2
    report = load(lines, "-1", "-c2", "-s20")
    assert report["statuses"] == {"200": 5, "204": 4, "404": 2, "500": 3}
    assert report["errors"] == {**NO_ERRORS, "status": 5}


@pytest.mark.parametrize("path", ["/drop", "/half", "/garbage", "/too-much"])
def test_an_invalid_response_is_an_error_and_others_are_counted(load: Run, server: StrangeServer, path: str) -> None:
    report = load([f"GET\t{path}\t", "GET\t/plain\t"] * 10, "-1", "-c3", "-s20")
    assert (report["requests"], report["taken"], report["statuses"]) == (10, 20, {"200": 10})
    assert report["errors"] == {**NO_ERRORS, "read": 10}
    assert sum(server.received.values()) == 20


def test_every_request_is_a_response_or_an_error(load: Run) -> None:
    lines = [f"GET\t{path}\t" for path in RESPONSES for _ in range(30)]
    random.Random(1).shuffle(lines)
    report = load(lines, "-1", "-c20", "-s20")
    errors = report["errors"]
    assert report["taken"] == len(lines) == report["requests"] + errors["read"] + errors["write"]
    assert sum(report["statuses"].values()) == report["requests"]
    assert (errors["timeout"], errors["connect"]) == (0, 0)
    # A request that is sent while the server closes the connection gets no response.
    assert 0 < errors["status"] <= 60


def test_a_connection_without_a_response_in_time_is_closed(load: Run) -> None:
    report = load([f"GET\t{SILENT}\t", "GET\t/plain\t", "GET\t/plain\t"], "-1", "-c1", "-s20", "-t0.2")
    assert (report["statuses"], report["errors"]) == ({"200": 2}, {**NO_ERRORS, "timeout": 1})


def test_without_once_the_lines_are_repeated_until_the_time_is_over(load: Run, server: StrangeServer) -> None:
    report = load(["GET\t/plain\t", "GET\t/nothing\t"], "-c1", "-s0.3")
    assert report["requests"] == report["taken"] == sum(server.received.values()) > 2
    assert 0 <= report["statuses"]["200"] - report["statuses"]["204"] <= 1
    assert report["microseconds"] >= 290_000


def test_refused_connections_are_errors_and_no_endless_loop(loader: Path, tmp_path: Path) -> None:
    report = Run(loader, free_port(), tmp_path / "requests.tsv")(["GET\t/plain\t"], "-1", "-c2", "-s0.2")
    assert (report["requests"], report["taken"]) == (0, 0)
    assert report["errors"]["connect"] > 0


@pytest.mark.parametrize("text", ["", "GET /plain\n", "GET\t/plain\n"])
def test_an_invalid_file_is_refused(loader: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "requests.tsv").write_text(text)
    done = subprocess.run([loader, "127.0.0.1", "1", tmp_path / "requests.tsv"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"load: ")


def test_the_open_loop_sends_at_its_rate(load: Run, server: StrangeServer) -> None:
    report = load(["GET\t/plain\t", "GET\t/nothing\t"], "-r400", "-c8", "-s0.5")
    assert report["requests"] + report["unsent"] == 200
    assert (report["taken"], report["errors"]) == (report["requests"], NO_ERRORS)
    assert sum(server.received.values()) == report["requests"]
    # On a busy machine some are not sent in time.
    assert report["requests"] > 0
    assert report["microseconds"] >= 490_000
    assert report["p50"] <= report["p90"] <= report["p99"] <= report["p999"] <= report["max"]


def test_the_open_loop_shows_a_stall_that_the_closed_loop_hides(load: Run, server: StrangeServer) -> None:
    """A stall of 200 ms affects one request per connection of the closed loop, and all due requests of the open one."""
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
    report = load([f"GET\t{SILENT}\t"], "-r100", "-c1", "-s0.3")
    assert (report["taken"], report["requests"], report["unsent"]) == (1, 0, 29)
    assert report["errors"] == {**NO_ERRORS, "read": 1}


def test_a_rate_that_is_not_positive_is_refused(loader: Path, tmp_path: Path) -> None:
    done = subprocess.run([loader, "-r0", "127.0.0.1", "1", tmp_path], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
