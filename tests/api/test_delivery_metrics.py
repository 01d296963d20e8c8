"""`GET /metrics`: the metrics of deliveries."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.errors import ServiceUnavailable
from heliograph.server.observability.metrics import Metrics
from tests.api.endpoint import Endpoint
from tests.api.test_deliveries import below, settled
from tests.api.test_metrics import Sample, grown, samples
from tests.databases import POSTGRESQL, new_database
from tests.harness import Caller, Server, init, new_app, serving
from tests.storage.conftest import opened
from tests.waiting import until

ATTEMPTS = "heliograph_delivery_attempts_total"
PENDING: Sample = ("heliograph_deliveries_pending", ())
OVERDUE: Sample = ("heliograph_deliveries_overdue_seconds", ())


Hooked = Callable[[Server, str], Caller]


@pytest.fixture
def hooked() -> Iterator[Hooked]:
    """Creates callers with the key of a fresh app that has a webhook."""
    with contextlib.ExitStack() as stack:

        def make(server: Server, target: str) -> Caller:
            owner = Caller(server.url, init(server.database_url).account_auth)
            stack.callback(owner.http.close)
            api = new_app(owner)
            hook = {"target": target, "triggers": ["conversation:create"]}
            api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
            return api

        yield make


def attempted(api: Caller, count: int) -> None:
    """Wait until this many attempts were made."""
    until(lambda: sum(one["attemptCount"] for one in below(api).json()["deliveries"]) >= count)


def test_attempts_are_counted_by_outcome(
    calling: Server, hooked: Hooked, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "answering", lambda: time.sleep(0.002))  # durations are whole milliseconds
    api, before = hooked(calling, endpoint.url), samples(calling)
    for number, status in enumerate((200, 204, 404, 500), 1):
        endpoint.status = status
        api.new_group()
        attempted(api, number)
    unreachable = hooked(calling, "http://127.0.0.1:1/")
    unreachable.new_group()
    attempted(unreachable, 1)
    after = samples(calling)
    counted = {
        tuple(labels.values()): grown(before, after, ATTEMPTS, **labels)
        for labels in (dict(key[1]) for key in after if key[0] == ATTEMPTS)
    }
    assert {key: value for key, value in counted.items() if value} == {
        ("delivered", "2xx"): 2,
        ("failed", "4xx"): 1,
        ("retry", "5xx"): 1,
        ("retry", "none"): 1,
    }
    assert grown(before, after, "heliograph_delivery_failures_total", cause="refused") == 1

    def warned() -> list[str]:
        return [line for line in calling.log if f"of app {unreachable.app_id} cannot be called" in line]

    until(warned)
    warnings = warned()
    assert len(warnings) == 1
    assert "Connection refused" in warnings[0]
    assert not any(f"of app {api.app_id} cannot be called" in line for line in calling.log), "it responded"
    assert grown(before, after, "heliograph_delivery_attempt_seconds_count") == 5
    assert grown(before, after, "heliograph_delivery_attempt_seconds_sum") > 0
    assert grown(before, after, "heliograph_delivery_delay_seconds_count") == 2
    assert grown(before, after, "heliograph_delivery_delay_seconds_bucket", le="7200.0") == 2
    assert after[PENDING] == 2
    assert after[OVERDUE] == 0, "they wait for another attempt"
    text = httpx.get(f"{calling.url}/metrics").text
    for secret in (api.app_id, endpoint.url, below(api).json()["deliveries"][0]["webhookId"]):
        assert secret not in text


def test_manual_retries_do_not_count_as_delays(calling: Server, hooked: Hooked, endpoint: Endpoint) -> None:
    api = hooked(calling, endpoint.url)
    api.new_group()
    (delivery,) = settled(api, 1)
    before = samples(calling)
    assert below(api, f"/{delivery['id']}/retry", "POST").status_code == 200
    attempted(api, 2)
    after = samples(calling)
    assert grown(before, after, ATTEMPTS, outcome="delivered", response="2xx") == 1
    assert grown(before, after, "heliograph_delivery_delay_seconds_count") == 0


def test_deliveries_are_overdue_without_a_delivering_process(engine: str, hooked: Hooked, tmp_path: Path) -> None:
    options = ("--no-delivery", "--webhook-allowed-networks", "loopback")
    with serving(new_database(engine, tmp_path), *options) as server:
        found = samples(server)
        assert (found[PENDING], found[OVERDUE]) == (0, 0)
        api = hooked(server, "http://127.0.0.1:1/")
        for _ in range(3):
            api.new_group()
        time.sleep(0.1)
        first, second = samples(server), samples(server)
        assert first[PENDING] == second[PENDING] == 3
        assert 0.1 <= first[OVERDUE] < second[OVERDUE] < 30


def test_workers_report_the_same_backlog(hooked: Hooked, tmp_path: Path, endpoint: Endpoint) -> None:
    options = ("--workers", "2", "--webhook-allowed-networks", "loopback")
    with serving(new_database(POSTGRESQL, tmp_path), *options) as server:
        endpoint.status = 500
        api = hooked(server, endpoint.url)
        for _ in range(5):
            api.new_group()
        retried = (ATTEMPTS, (("outcome", "retry"), ("response", "5xx")))
        until(lambda: samples(server).get(retried) == 5)
        # Each request uses a new connection, so that either process may respond.
        for found in [samples(server) for _ in range(20)]:
            assert found[PENDING] == 5
            assert found[retried] == 5


def test_metrics_without_a_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> bytes:
        async with opened(url) as store:

            async def absent(*args: Any) -> Any:
                raise ServiceUnavailable

            metrics = Metrics(store)
            monkeypatch.setattr(store, "read", absent)
            return await metrics.render()

    lines = asyncio.run(work()).decode().splitlines()
    assert "heliograph_deliveries_pending NaN" in lines
    assert "heliograph_calls_waiting 0.0" in lines


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """The URL of an empty database."""
    return new_database(engine, tmp_path)
