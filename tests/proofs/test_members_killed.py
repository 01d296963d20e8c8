"""A server that is killed while it replaces the members of a group: another call completes the set.

There are 4,000 users; with HELIOGRAPH_TEST_ROUNDS, 20,000.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from pathlib import Path

import httpx
import pytest
from bench.worlds import World, add_users, opened

from tests.databases import new_database
from tests.harness import Caller, Server, init
from tests.proofs.identities import assert_unique
from tests.proofs.ledger import Ledger, integrity

USERS = 20_000 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 4_000
LEAVES = 600
"""More than one piece contains."""

LIMIT = ("--participant-limit", str(USERS))
pytestmark = pytest.mark.timeout(300)


async def many_users(url: str, app_id: str) -> list[str]:
    """Create the users in the database, without their events."""
    async with opened(url) as store:
        return await add_users(store, World(app_id, ""), USERS)


def killed_in(api: Caller, path: str, body: bytes, server: Server) -> int:
    """Send the set, and kill the server before it is complete; returns the last reported number of joined users."""
    headers, seen = {"accept": "application/x-ndjson", "content-type": "application/json"}, 0
    until = random.Random(2026).randrange(USERS // 4, USERS // 2)
    with httpx.Client(auth=api.auth, timeout=60) as client:
        try:
            with client.stream("PUT", api.url + path, content=body, headers=headers) as response:
                for line in response.iter_lines():
                    seen = json.loads(line)["joined"]
                    if seen > until:
                        server.kill()
        except httpx.TransportError:
            return seen
    raise AssertionError("the response was complete")


def test_another_call_completes_the_set(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    sandbox = init(url)
    users = asyncio.run(many_users(url, sandbox.app_id))
    server = Server(url, *LIMIT)
    api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    group = api.new_group(*users[:2])
    path = f"/heliograph/v1/apps/{api.app_id}/conversations/{group}/participants"
    body = json.dumps([{"userId": user, "subscribeSDKClient": False} for user in users[1:]]).encode()
    seen = killed_in(api, path, body, server)
    ledger = Ledger(url, api.app_id)
    assert seen < len(ledger.participants) < USERS
    assert ledger.faults() == []
    server.output.clear()
    server.start()
    api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    members = json.loads(body)
    done = api.ok("PUT", path, members)
    assert (done["stayed"], done["joined"], done["left"]) == (
        len(ledger.participants), USERS - 1 - len(ledger.participants), 0,
    )  # fmt: skip
    again = api.ok("PUT", path, members)
    assert (again["joined"], again["left"], again["version"]) == (0, 0, done["version"])
    # In the sets above, joins follow the leaves. This set has only leaves.
    fewer = api.ok("PUT", path, members[LEAVES:])
    assert (fewer["stayed"], fewer["joined"], fewer["left"]) == (USERS - 1 - LEAVES, 0, LEAVES)
    ledger = Ledger(url, api.app_id)
    assert {user for _, _, user in ledger.participants} == set(users[1 + LEAVES :])
    assert ledger.faults() == []
    # Each user has joined once, and one had left before.
    found = Counter(event.type for event in ledger.events)
    assert (found["conversation:join"], found["conversation:leave"]) == (USERS - 2, 1 + LEAVES)
    assert server.stop() == 0
    assert integrity(url) == "ok"
    assert_unique(url)
