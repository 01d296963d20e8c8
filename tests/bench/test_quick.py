"""The benchmark runs from end to end without errors. The tests do not check how fast."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest
from bench.comparisons import COMPARISONS
from bench.report import Results
from bench.scenarios import NAMES

from bench import plot, report, run
from tests.bench.conftest import ROOT

OK = {"create-user": "201", "post-message": "201", "join-one": "201", "join-spread": "201"}


@pytest.fixture(scope="module")
def quick(loader: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, str]:
    """The results of a short run, and its output."""
    folder = tmp_path_factory.mktemp("results")
    options = ("--engine", "sqlite", "--quick", "--seconds", "0.1", "--connections", "8")
    done = subprocess.run(
        [sys.executable, "-m", "bench.run", *options, "--results", folder],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    (results,) = report.load(folder)
    return results, done.stdout


def test_every_scenario_is_measured_without_an_error(quick: tuple[Results, str]) -> None:
    cells = quick[0].scenarios
    assert [(cell.scenario, cell.connections) for cell in cells] == [(name, 8) for name in NAMES]
    for cell in cells:
        assert (cell.errors, cell.bare_errors) == (0, 0), cell
        assert cell.statuses == {OK.get(cell.scenario, "200"): cell.requests}
        assert min(cell.requests, cell.rate, cell.bare_rate, cell.memory_bytes) > 0
        # So few requests may take less than the resolution of the clock of processor time.
        assert min(cell.cpu, cell.bare_cpu) >= 0
        assert cell.ratios == [cell.ratio]
        assert 0 < cell.p50 <= cell.p99


def test_the_open_loop_sends_at_half_of_the_capacity(quick: tuple[Results, str]) -> None:
    """A scenario runs after the one that it depends on: users leave after they have joined."""
    rows = quick[0].open_loop
    assert [(one.scenario, one.connections) for one in rows] == [("join-spread", 8), ("leave", 8)]
    for one in rows:
        assert one.errors == 0, one
        assert one.wanted_rate == pytest.approx(one.capacity / 2)
        # Fewer users leave than planned if not all joined in time.
        assert 0 < one.requests + one.unsent <= one.wanted_rate * 0.1 + 1
        assert 0 < one.p50 <= one.p90 <= one.p99 <= one.p999 <= one.max


def test_growth_is_measured_without_an_error(quick: tuple[Results, str]) -> None:
    grown = quick[0].growth
    names = {one.name for one in grown}
    sizes = ("100", "500", "1,000")
    assert names == {
        *(f"{what} in a database of 2,000" for what in ("list of 25", "get user", "join")),
        *(f"{what} {size}" for what in ("first pages of", "join into") for size in sizes[1:]),
        *(f"last pages of {size}" for size in sizes),
        "post to 1,000",
    }
    for one in grown:
        assert one.errors == 0
        assert one.against != one.name
        assert min(one.times, one.rate, one.p99) > 0


def test_memory_and_start_are_measured(quick: tuple[Results, str]) -> None:
    memory, start = quick[0].memory, quick[0].start
    assert memory is not None
    assert start is not None
    assert (memory.requests, memory.errors) == (6_000, 0)
    assert [requests for requests, _ in memory.samples] == list(range(0, 6_001, 120))
    assert min(start.seconds, start.bare_seconds, *(size for _, size in memory.samples)) > 0


def test_a_backlog_is_delivered_completely(quick: tuple[Results, str]) -> None:
    drained = quick[0].deliveries
    assert [(one.webhooks, one.backlog, one.missing, one.again) for one in drained] == [(10, 200, 0, 0)]
    for one in drained:
        assert min(one.rate, one.memory_before, one.memory_most) > 0
        assert one.receiver_rate > one.rate


def test_every_message_that_was_acknowledged_arrives(quick: tuple[Results, str]) -> None:
    delay = quick[0].delay
    assert delay is not None
    assert (delay.arrived, delay.acknowledged, delay.again, delay.errors) == (50, 50, 0, 0)
    assert delay.p50 <= delay.p99 <= delay.max
    assert delay.p50 < delay.request_p50 <= delay.request_p99


def test_every_call_arrives_despite_a_hanging_webhook(quick: tuple[Results, str]) -> None:
    hanging = quick[0].hanging
    assert hanging is not None
    assert hanging.errors == 0
    assert hanging.arrived == hanging.expected > 0
    assert hanging.hung > 0
    assert len(hanging.p50_times) == len(hanging.p99_times) == 1


def test_kinds_of_requests_are_compared_with_each_other(quick: tuple[Results, str]) -> None:
    compared = quick[0].compared
    assert list(compared) == list(COMPARISONS)
    for one in (one for rows in compared.values() for one in rows):
        assert one.name != one.against
        assert one.all_times == [one.times]
        assert min(one.times, one.time) > 0
        # So few requests may take less than the resolution of the clock of processor time.
        assert one.cpu >= 0
        assert one.name in quick[1]


def test_the_results_describe_the_machine_without_private_data(quick: tuple[Results, str]) -> None:
    facts = quick[0].facts
    assert {"date", "commit", "processor", "cores", "Python", "sqlite", "fsync of 4 kB"} <= facts.keys()
    text = " ".join(facts.values())
    assert str(Path.home()) not in text
    assert str(ROOT) not in text


def test_the_printed_results_are_stored(quick: tuple[Results, str]) -> None:
    results, printed = quick
    assert report.figures([results]) in printed


def test_the_plot_is_a_drawing_with_a_bar_for_each_scenario(quick: tuple[Results, str]) -> None:
    results = quick[0]
    other = msgspec.structs.replace(results, engine="postgresql")
    for found in ([results], [results, other]):
        drawing = ET.fromstring(plot.draw(found))
        bars = [one for one in drawing.iter("{http://www.w3.org/2000/svg}rect") if one.get("x") == "210"]
        assert len(bars) >= len(NAMES) * len(found)


def test_results_with_several_workers_have_their_own_sections(quick: tuple[Results, str], tmp_path: Path) -> None:
    one = msgspec.structs.replace(quick[0], engine="postgresql")
    two = msgspec.structs.replace(one, settings=msgspec.structs.replace(one.settings, workers=2))
    assert [report.store(results, tmp_path).name for results in (two, one)] == [
        "postgresql-2-workers.json",
        "postgresql.json",
    ]
    found = report.load(tmp_path)
    assert found == [one, two]
    headings = [line for line in report.figures(found).splitlines() if line.startswith("### ")]
    assert headings == ["### PostgreSQL", "### PostgreSQL, 2 workers"]
    assert plot.draw(found) == plot.draw([one])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--engine", "sqlite", "--workers", "2"], "SQLite is served by one process"),
        (["--workers", "2"], "SQLite is served by one process"),
        (["--only", "list-25", "--rate", "100"], "--rate needs --only with one of: open-loop, delay, hanging"),
        (["--only", "open-loop", "--rate", "0"], "must be positive"),
        (["--scenario", "leave"], "--scenario needs --only open-loop"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(
    options: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run.arguments(options)
    assert error in capsys.readouterr().err


def test_the_documentation_shows_the_stored_results() -> None:
    found = report.load(ROOT / "bench/results")
    assert report.figures(found) in (ROOT / report.PAGE).read_text()
    assert plot.draw(found) == (ROOT / report.PLOT).read_text()
