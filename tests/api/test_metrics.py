"""`GET /metrics`: what is counted, and that no label identifies an app or a user."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.harness import Caller, Server

Sample = tuple[str, tuple[tuple[str, str], ...]]


def samples(server: Server) -> dict[Sample, float]:
    """Every sample by its name and labels."""
    answer = httpx.get(f"{server.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def grown(before: dict[Sample, float], after: dict[Sample, float], name: str, **labels: str) -> float:
    """The increase of a sample."""
    key = (name, tuple(sorted(labels.items())))
    return after[key] - before.get(key, 0)


def test_requests_are_counted_by_operation_and_status(server: Server, api: Caller) -> None:
    group = api.new_group()
    before = samples(server)
    for _ in range(3):
        api("GET", f"/conversations/{group}/participants")
    api("GET", "/conversations/nothing/participants")
    api("GET", "/conversations/nothing/participants", auth=("app_x", "y"))
    after = samples(server)
    listing = {"operation": "ListParticipants"}
    assert grown(before, after, "heliograph_requests_total", status="200", **listing) == 3
    assert grown(before, after, "heliograph_requests_total", status="404", **listing) == 1
    assert grown(before, after, "heliograph_requests_total", status="401", **listing) == 1
    assert grown(before, after, "heliograph_request_seconds_count", **listing) == 5
    assert grown(before, after, "heliograph_request_seconds_bucket", le="+Inf", **listing) == 5
    assert grown(before, after, "heliograph_request_seconds_sum", **listing) > 0


def test_joins_and_leaves_are_counted_by_batch(server: Server, api: Caller) -> None:
    group = api.new_group()
    users = [api.new_user() for _ in range(20)]
    before = samples(server)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda user: api.join(group, user), users))
    for user in users[:5]:
        api.leave(group, userId=user)
    after = samples(server)
    batch = {"batch": "conversation_batch"}
    assert grown(before, after, "heliograph_batch_size_sum", **batch) == 25
    batches = grown(before, after, "heliograph_batch_size_count", **batch)
    assert 6 <= batches <= 25
    assert grown(before, after, "heliograph_batch_seconds_count", **batch) == batches


def test_waiting_calls_and_connections(server: Server) -> None:
    found = samples(server)
    assert found["heliograph_calls_waiting", ()] == 0
    used, idle = (found["heliograph_database_connections", (("state", state),)] for state in ("used", "idle"))
    assert 1 <= used + idle <= 8


def test_no_label_identifies_a_tenant(server: Server, api: Caller) -> None:
    api.new_user("somebody")
    assert api.auth is not None
    text = httpx.get(f"{server.url}/metrics").text
    for secret in (api.app_id, "somebody", *api.auth):
        assert secret not in text
    # Requests cannot add labels without limit: paths are not among the labels.
    before = len(samples(server))
    for number in range(20):
        api.http.request("GET", f"{server.url}/v2/nowhere/{number}")
        api.http.request("GET", f"{server.url}/nowhere/{number}")
    assert len(samples(server)) <= before + 2
