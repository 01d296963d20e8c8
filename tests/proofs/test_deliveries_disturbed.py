"""Webhooks, conversations and apps change or are deleted during deliveries: other webhooks get all events in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.api.test_deliveries import below
from tests.databases import is_sqlite, new_database, rows
from tests.harness import Caller, Server, author_of, init, new_app, serving
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.deliveries import Killer
from tests.proofs.identities import assert_unique
from tests.waiting import until

TALKERS, MESSAGES, WEBHOOKS = 6, 12, 8
TABLES = ("attempt", "conversation", "delivery", "event", "integration", "message", "webhook")
ALL = {"triggers": ["*"]}


@pytest.fixture(scope="module")
def server(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may deliver to loopback addresses, and must not log an error."""
    url = new_database(engine, tmp_path_factory.mktemp("disturbed"))
    workers = () if is_sqlite(url) else ("--workers", "2")
    with serving(url, "--webhook-allowed-networks", "loopback", *workers) as server:
        yield server
        assert_unique(url)
    assert [line for line in server.log if " error " in line or line.startswith("Traceback")] == []


@pytest.fixture
def owner(server: Server) -> Iterator[Caller]:
    """A caller with the account key."""
    made = Caller(server.url, init(server.database_url).account_auth)
    yield made
    made.http.close()


@pytest.fixture
def endpoint() -> Iterator[Killer]:
    """An endpoint that accepts all calls."""
    with Killer() as made:
        made.open.set()
        yield made
        made.open.set()


def listening(owner: Caller, endpoint: Killer) -> tuple[Caller, str, str]:
    """A caller of a new app with a webhook for all events, and the ids of its integration and of the webhook."""
    api = new_app(owner)
    body = {"type": "custom", "webhooks": [{"target": endpoint.url, **ALL}]}
    made = api.ok("POST", "/integrations", body)["integration"]
    return api, made["id"], made["webhooks"][0]["id"]


async def talk(crowd: Crowd, group: str) -> None:
    """Post messages."""
    body = {"author": author_of(), "content": {"type": "text", "text": "Hello"}}
    for _ in range(MESSAGES):
        await crowd.ok("POST", f"/conversations/{group}/messages", body)


async def come_and_go(crowd: Crowd, where: str, target: str) -> None:
    """Create webhooks, change them and delete them."""
    for _ in range(WEBHOOKS):
        made = await crowd.ok("POST", where, {"target": target, **ALL})
        path = f"{where}/{made['webhook']['id']}"
        await crowd.ok("PATCH", path, {"triggers": ["conversation:message"], "includeFullUser": True})
        await crowd.ok("DELETE", path)


def test_a_webhook_gets_all_events_while_others_are_created_and_deleted(owner: Caller, endpoint: Killer) -> None:
    api, integration, webhook = listening(owner, endpoint)
    groups = [api.new_group() for _ in range(3)]

    async def work(crowd: Crowd) -> None:
        others = come_and_go(crowd, f"/integrations/{integration}/webhooks", endpoint.url)
        await asyncio.gather(others, *[talk(crowd, groups[number % 3]) for number in range(TALKERS)])

    at_once(api, work)
    # No deliveries remain for deleted webhooks.
    until(lambda: below(api, "?filter[status]=pending").json()["deliveries"] == [])
    delivered: dict[str, list[str]] = defaultdict(list)
    for _, body in endpoint.came:
        if body["webhook"]["id"] == webhook:
            (event,) = body["events"]
            delivered[event["payload"]["conversation"]["id"]].append(event["id"])
    assert delivered.keys() == set(groups)
    assert all(lane == sorted(set(lane)) for lane in delivered.values())
    assert sum(map(len, delivered.values())) == len(groups) + TALKERS * MESSAGES


def test_events_of_a_deleted_conversation_are_delivered(owner: Caller, endpoint: Killer) -> None:
    api, _, _ = listening(owner, endpoint)
    endpoint.open.clear()
    group = api.new_group(api.new_user("ada"))
    for _ in range(3):
        api.say(group, userExternalId="ada")
    until(lambda: bool(endpoint.came))
    api.ok("DELETE", f"/conversations/{group}")
    assert len(endpoint.came) == 1
    endpoint.open.set()
    until(lambda: below(api).json()["deliveries"][-1]["status"] == "delivered")
    types = [body["events"][0]["type"] for _, body in endpoint.came]
    assert types == ["conversation:create", *["conversation:message"] * 3, "conversation:remove"]


def test_events_of_a_deleted_app_are_dropped(owner: Caller, endpoint: Killer, server: Server) -> None:
    api, _, _ = listening(owner, endpoint)
    endpoint.status = 503
    group = api.new_group()
    for _ in range(5):
        api.say(group)
    until(lambda: bool(endpoint.came))
    owner.ok("DELETE", f"/v2/apps/{api.app_id}")

    def gone() -> bool:
        counts = [f"SELECT count(*) FROM {table} WHERE app_id = $1" for table in TABLES]
        return all(rows(server.database_url, sql, api.app_id) == [(0,)] for sql in counts)

    until(gone)
    assert {body["events"][0]["type"] for _, body in endpoint.came} == {"conversation:create"}
