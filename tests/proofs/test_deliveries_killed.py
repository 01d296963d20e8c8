"""kill -9 around deliveries: no event is lost, order is kept, and what comes twice has the same id."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.api.test_deliveries import Endpoint
from tests.databases import new_database, rows
from tests.harness import Caller, Server, init

ROUNDS = 4
GROUPS = 5
JOINS = 120
PATIENCE_SECONDS = 60


class Killer(Endpoint):
    """An endpoint that kills the server right after a call was answered, once it is armed."""

    def __init__(self) -> None:
        self.victim: int | None = None
        self.fatal_call = 0
        super().__init__()

    def answered(self) -> None:
        """Called after each answer."""
        if self.victim is not None and len(self.came) >= self.fatal_call:
            victim, self.victim = self.victim, None
            os.kill(victim, signal.SIGKILL)


def load(api: Caller, group_ids: list[str], users: list[str], done: threading.Event) -> None:
    """Join until everybody has, or the server is gone."""

    def join(place: int) -> None:
        if not done.is_set():
            body = {"userId": users[place], "subscribeSDKClient": place % 3 == 0}
            try:
                api("POST", f"/conversations/{group_ids[place % GROUPS]}/join", body)
            except httpx.HTTPError:
                done.set()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(join, range(len(users))))


def wait_settled(url: str) -> None:
    """Wait until nothing is pending."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rows(url, "SELECT 1 FROM delivery WHERE status = 'pending' LIMIT 1"):
        assert time.monotonic() < deadline, "deliveries hang"
        time.sleep(0.1)


def test_nothing_is_lost_and_order_is_kept(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    server = Server(url, "--webhook-allowed-networks", "loopback", "--log-level", "warning")
    endpoint = Killer()
    try:
        sandbox = init(url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        hook = {"target": endpoint.url, "triggers": ["*"]}
        api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
        groups = [api.new_group() for _ in range(GROUPS)]
        for number in range(ROUNDS):
            users = [api.new_user() for _ in range(JOINS)]
            if number % 2:  # between an answer of the endpoint and the record of it
                endpoint.fatal_call, endpoint.victim = len(endpoint.came) + 20, server.process.pid
                load(api, groups, users, threading.Event())
            else:  # between a commit and its first attempt
                api.join(groups[0], users[0])
                server.process.send_signal(signal.SIGKILL)
            assert server.process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
            api.http.close()
            server.stop()
            server.output.clear()
            server.start()
            api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        wait_settled(url)
        assert_told(endpoint, url)
        api.http.close()
    finally:
        endpoint.shutdown()
        endpoint.server_close()
        status = server.stop()
    assert status == 0


def assert_told(endpoint: Endpoint, url: str) -> None:
    """Every event that is stored was told, in the order of its lane, and if twice then as the same."""
    stored = {id: lane for id, lane in rows(url, "SELECT id, coalesce(conversation_id, user_id) FROM event")}
    calls = [(body["events"][0]["id"], headers["x-heliograph-delivery"], body) for headers, body in endpoint.came]
    assert {id for id, _, _ in calls} == set(stored)
    lanes: dict[str, list[str]] = defaultdict(list)
    known: dict[str, object] = {}
    for id, delivery, body in calls:
        assert known.setdefault(id, (delivery, body)) == (delivery, body)
        lanes[stored[id]].append(id)
    for told in lanes.values():
        # What comes twice comes twice in a row: nothing that is later was told in between.
        assert told == sorted(told)
    twice = len(calls) - len(stored)
    assert twice <= ROUNDS * 8 * 2, "no more than what was under way at a kill"
