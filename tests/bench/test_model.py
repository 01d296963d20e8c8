"""The model of capacity: its arithmetic on made-up costs, its command, and a short measurement."""

from __future__ import annotations

import json
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from bench.model import __main__ as command
from bench.model import check, costs, footprint, guide, machine, measuring, sizing, text, usage
from bench.model.costs import CallPoint, Costs, DeliveryCost, EngineCosts, OperationCost, Point, Volume
from bench.model.workload import PRESETS, Target, Workload
from bench.processes import Process

from bench import processes
from tests.bench.conftest import ROOT
from tests.databases import new_database
from tests.harness import Caller, init, new_app, serving


def operation(cpu: float, database: float, batch: float) -> OperationCost:
    """An operation that costs twice as much on a server with little load. A transaction takes 1 ms per call."""
    points = [
        Point(busy, 1000, cpu * times, database * times, 100, batch * many, batch * many / 1000, 2000)
        for busy, many, times in ((0.1, 1, 2), (0.5, 2, 1.5), (costs.SATURATED, 32, 1))
    ]
    return OperationCost(points, Volume(log_most=8000, kept=700, lasting=800, request=400, response=300))


def engine(database: float) -> EngineCosts:
    """An engine whose writes cost 200 µs and whose reads cost 100 µs in the closed loop."""
    operations = {
        name: operation(200, database, 1) if name in costs.WRITES else operation(100, database, 0)
        for name in costs.OPERATIONS
    }
    calls = [CallPoint(busy, cpu, database) for busy, cpu in ((0.2, 300), (0.5, 150), (costs.SATURATED, 100))]
    delivery = DeliveryCost(calls, 5000, 3000, 900, 1000, 400, 2000)
    return EngineCosts("1", operations, delivery, 80_000_000, 0.5)


@pytest.fixture
def found() -> Costs:
    """Made-up costs on a machine with a speed of 10,000."""
    return Costs({"processor": "made up"}, 1, 1, {"sqlite": engine(0), "postgresql": engine(50)})


def asked(found: Costs, load: Workload, **target: float) -> dict[str, sizing.Answer]:
    """The answers by engine."""
    wanted = msgspec.structs.replace(Target(speed=found.speed), **target)
    return {one.engine: one for one in sizing.answers(found, load, wanted)}


def test_costs_are_interpolated_between_points_and_constant_outside() -> None:
    points = [(0.1, 100.0), (0.3, 60.0), (1.0, 40.0)]
    expected = {0: 100, 0.1: 100, 0.2: 80, 0.3: 60, 0.65: 50, 1: 40, 7: 40}
    assert {at: costs.interpolated(points, at) for at in expected} == pytest.approx(expected)


@pytest.mark.parametrize(("rate", "each"), [(1, 400), (0.2 / 375e-6, 375), (0.5 / 300e-6, 300), (10_000, 200)])
def test_an_operation_costs_less_on_a_busier_process(found: Costs, rate: float, each: float) -> None:
    one = usage.of(found.engines["postgresql"], {costs.JOIN: rate}, 0, slowness=1)
    assert (one.loop, one.database) == pytest.approx((rate * each / 1e6, rate * each / 4e6))


def test_a_process_is_as_busy_as_all_operations_and_calls_make_it(found: Costs) -> None:
    # 500 joins of 300 µs, 2000 reads of 150 µs and 1000 calls of 150 µs, on a machine of 1.2 times the speed.
    rates = {costs.JOIN: 500.0, costs.GET_USER: 1000.0, costs.LIST: 1000.0}
    assert usage.of(found.engines["postgresql"], rates, 1000, slowness=1 / 1.2).loop == pytest.approx(0.5)


def test_a_list_after_a_message_to_its_group_counts_as_one_from_the_database() -> None:
    mix = check.Mix({costs.LIST: 0.6, costs.POST_100: 0.2, costs.LIST_NEW: 0.1, costs.JOIN: 0.1}, webhook=True)
    expected = {costs.LIST: 0.45, costs.POST_100: 0.2, costs.LIST_NEW: 0.25, costs.JOIN: 0.1}
    assert mix.costed == pytest.approx(expected)
    assert mix.calls == 0.2
    reads = check.Mix({costs.LIST: 0.5, costs.GET_USER: 0.5})
    assert (reads.costed, reads.calls) == (reads.parts, 0)


def test_the_processes_are_the_fewest_that_stay_below_the_utilisation(found: Costs) -> None:
    for joins in (10, 3000, 50_000, 1_000_000):
        one = asked(found, Workload(joins=joins))["postgresql"]
        assert one.loop <= 0.6
        if one.processes > 1:
            rates = {costs.JOIN: joins / (one.processes - 1)}
            less = usage.of(found.engines["postgresql"], rates, 0, slowness=1)
            assert max(less.loop, less.writer) > 0.6
        assert one.machines == -(-one.processes // 16)


def test_sqlite_is_one_process_and_its_limits_are_the_process_the_writer_and_the_disk(found: Costs) -> None:
    small, large = (asked(found, Workload(joins=joins))["sqlite"] for joins in (100, 5000))
    assert (small.processes, small.fits, large.processes, large.fits) == (1, True, 1, False)
    # A transaction took 1 ms for each call, of which 800 µs were waiting for a core.
    assert {limit.name: limit.use for limit in large.limits}["one writer"] == pytest.approx(5000 * 200e-6 / 0.6)
    reads = asked(found, Workload(gets=20_000))["sqlite"]
    assert (reads.first.name, reads.fits) == ("one server process", False)
    stored = asked(found, Workload(joins=100), disk_tb=0.01)["sqlite"]
    assert stored.first.name == "disk of events and deliveries"


def test_a_machine_of_half_the_speed_needs_twice_the_processes(found: Costs) -> None:
    load = Workload(gets=300_000)
    slow, fast = (asked(found, load, speed=found.speed * times)["postgresql"] for times in (0.5, 1))
    assert slow.processes == pytest.approx(2 * fast.processes, rel=0.2)
    assert slow.database_cores == pytest.approx(2 * fast.database_cores, rel=0.2)
    assert slow.log_day == fast.log_day


def test_disk_and_network_are_rates_times_bytes(found: Costs) -> None:
    load = Workload(joins=10, messages=5, webhooks=2, users=1000, groups=100, members=50)
    one = asked(found, load, keep_days=3)["postgresql"]
    assert load.calls == 30
    assert one.log_day == pytest.approx(86_400 * (15 * 2000 + 30 * 3000))
    assert one.log_day_most == pytest.approx(86_400 * (15 * 8000 + 30 * 3000))
    assert one.kept == pytest.approx(3 * 86_400 * (15 * 700 + 30 * 900))
    assert one.lasting_day == pytest.approx(86_400 * 15 * 800)
    assert one.base == (1000 + 100 * 50) * 800
    assert one.network == 15 * 700 + 30 * 1000
    assert msgspec.structs.replace(load, events=4).calls == 8


def test_the_simplest_engine_that_carries_the_load_is_recommended(found: Costs) -> None:
    for joins, engine_name in ((100, "sqlite"), (5000, "postgresql"), (5_000_000, "postgresql")):
        answers = sizing.answers(found, Workload(joins=joins), Target(speed=found.speed))
        assert sizing.recommended(answers).engine == engine_name
        assert [limit.use for limit in answers[0].limits] == sorted((x.use for x in answers[0].limits), reverse=True)
    assert "Spread the apps over" in text.rendered(found, Workload(), Target(speed=found.speed), answers)


def test_a_load_grows_until_it_reaches_a_limit(found: Costs) -> None:
    load, target = Workload(joins=1, messages=0.5, webhooks=1, apps=10), Target(speed=found.speed)
    factor = sizing.largest(found, load, target, engine="sqlite")
    below, above = (sizing.answers(found, load.times(factor * by), target)[0] for by in (0.99, 1.01))
    assert (below.fits, above.fits) == (True, False)
    grown = msgspec.structs.replace(load, events=3).times(20)
    assert (grown.apps, grown.users, grown.members, grown.joins, grown.events) == (200, 2_000_000, 20, 20, 60)


def test_the_command_prints_text_and_json(found: Costs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "costs.json"
    costs.store(found, path)
    command.main(["--costs", str(path), "--preset", "chat", "--joins", "50", "--database-cores", "4"])
    shown = capsys.readouterr().out
    assert "joins 50" in shown
    assert "lists 700" in shown
    for sentence in text.assumptions(found, Target(speed=found.speed, database_cores=4)):
        assert sentence in shown
    for basis in (text.MEASURED, text.INFERRED, text.ASSUMED):
        assert f"  {basis}" in shown
    command.main(["--costs", str(path), "--joins", "50", "--keep-days", "2", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert (document["load"]["joins"], document["target"]["keep_days"], document["recommended"]) == (50, 2, "sqlite")
    assert [one["engine"] for one in document["answers"]] == ["sqlite", "postgresql"]
    with pytest.raises(SystemExit, match="no load"):
        command.main(["--costs", str(path)])


@pytest.mark.parametrize("load", PRESETS.values(), ids=PRESETS)
def test_a_measurement_of_the_repository_answers_every_preset(load: Workload) -> None:
    found = costs.load(ROOT / costs.COSTS)
    assert tuple(found.engines) == machine.NAMES
    assert all(list(each.operations) == list(costs.OPERATIONS) for each in found.engines.values())
    for one in asked(found, load).values():
        assert min(one.processes, one.loop, one.log_day, one.kept, one.base, one.network, one.memory_bytes) > 0


def test_the_guide_shows_the_stored_costs() -> None:
    found = costs.load(ROOT / costs.COSTS)
    assert guide.figures(found) in (ROOT / guide.PAGE).read_text()
    assert guide.drawing(found) == (ROOT / guide.PLOT).read_text()
    assert len(ET.fromstring(guide.drawing(found)).findall(".//{http://www.w3.org/2000/svg}polyline")) == 6


def test_the_model_is_within_thirty_percent_of_the_measured_mixes() -> None:
    found = costs.load(ROOT / costs.COSTS)
    assert {one.engine for one in found.checks} == set(machine.NAMES)
    for one in found.checks:
        assert one.errors == 0
        # The prediction in the file is the one of the current model.
        expected = check.expected_bare_cpu(found, one.engine, one.rates)
        assert check.predict(found, one.engine, one.rates, one.calls, one.bare_cpu / expected) == pytest.approx(
            one.predicted
        )
        for key in ("server", "database", "rows"):
            assert one.predicted[key] == pytest.approx(one.measured[key], rel=0.3)


def test_a_footprint_grows_by_log_and_rows(engine: str) -> None:
    """The database is on a disk, because writes to files in memory are not counted."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".pytest_cache") as folder:
        url = new_database(engine, Path(folder))
        with serving(url) as server:
            api = new_app(Caller(server.url, init(url).account_auth))
            process = Process(server.process.pid)
            before = footprint.taken(url, process)
            group = api.new_group()
            for _ in range(40):
                api.join(group, api.new_user())
            grown = footprint.taken(url, process) - before
    assert min(grown.log, grown.kept, grown.lasting) > 0


@contextmanager
def forked(database: str, *options: str) -> Iterator[Process]:
    """A server that starts faster than that of the benchmark."""
    with serving(database, *options) as server:
        yield Process(server.process.pid, int(server.url.rpartition(":")[2]), 0.1)


def test_costs_of_every_operation_are_measured(loader: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(processes, "heliograph", forked)
    with machine.engine("sqlite") as (opened, _):
        found = measuring.run(opened, measuring.QUICK)
    assert list(found.operations) == list(costs.OPERATIONS)
    for name, one in found.operations.items():
        assert [point.busy == costs.SATURATED for point in one.points] == [False, True]
        assert all(point.rate > 0 for point in one.points)
        assert min(one.volume.request, one.volume.response) > 0
        if name in costs.WRITES:
            assert min(point.batch_size for point in one.points) >= 1
            assert one.points[-1].log > 0
            # So few requests may take less than the resolution of the clock of processor time.
            assert one.seconds_each >= 0
    assert min(found.memory_bytes, found.start_seconds, found.delivery.rate) > 0
    assert found.delivery.delay_p50 <= found.delivery.delay_p99
