"""Connections that break in various ways under load: afterwards, all events are delivered within seconds, in order.

HELIOGRAPH_TEST_ROUNDS is the number of rounds. Each takes a minute, and the kinds of disturbances take turns.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.api.endpoint import Endpoint
from tests.databases import rows
from tests.harness import Caller, author_of, init, serving
from tests.postgresql import PostgreSQL
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.deliveries import Account
from tests.proofs.disturbing import Disturber
from tests.proofs.proxy import Proxy
from tests.proofs.test_deliveries_killed import new_webhook

LONG = "HELIOGRAPH_TEST_ROUNDS" in os.environ
KINDS = ("terminate", "lose_commits", "lock", "stop", "restart")
ROUNDS = [KINDS[number % len(KINDS)] for number in range(int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "2")))]
ROUND_SECONDS = 60.0 if LONG else 1.5
CALLERS, GROUPS, WEBHOOKS = 8, 5, 2
CHANGES = 30
PATIENCE_SECONDS = 90
PENDING = "SELECT count(*) FROM delivery WHERE status = 'pending'"

pytestmark = pytest.mark.timeout(120 + 180 * len(ROUNDS))
log = logging.getLogger(__name__)


@pytest.fixture
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for the disturbances."""
    postgresql = PostgreSQL()
    yield postgresql
    postgresql.stop()


class Load:
    """Callers that join and post during a disturbance, and accept 503 responses."""

    def __init__(self, groups: list[str]) -> None:
        self.groups = groups
        self.acknowledged: set[tuple[str, str]] = set()
        self.refused = 0

    async def run(self, crowd: Crowd, disturber: Disturber, how: str) -> None:
        """Call during the disturbance."""
        callers = [asyncio.create_task(self._call(crowd, number)) for number in range(CALLERS)]
        enough = len(self.acknowledged) + CHANGES
        await disturber.disturb(how, ROUND_SECONDS)
        while len(self.acknowledged) < enough:  # a slow machine takes longer
            await disturber.disturb(how, 0.1)
            for ended in [caller for caller in callers if caller.done()]:
                ended.result()
        for caller in callers:
            caller.cancel()
        for outcome in await asyncio.gather(*callers, return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
                raise outcome

    async def _call(self, crowd: Crowd, number: int) -> None:
        for count in itertools.count(number):
            await self._once(crowd, self.groups[count % len(self.groups)])

    async def _once(self, crowd: Crowd, group: str) -> None:
        made = await self._try(crowd, "/users", {})
        if made is None:
            return
        user = made["user"]["id"]
        joining = {"userId": user, "subscribeSDKClient": False}
        if await self._try(crowd, f"/conversations/{group}/join", joining) is None:
            return
        self.acknowledged.add(("conversation:join", user))
        said = {"author": author_of(userId=user), "content": {"type": "text", "text": "Hello"}}
        sent = await self._try(crowd, f"/conversations/{group}/messages", said)
        if sent is not None:
            self.acknowledged.add(("conversation:message", sent["messages"][0]["id"]))

    async def _try(self, crowd: Crowd, path: str, body: object) -> Any:
        """The response, or None while the database is unavailable."""
        answer = await crowd("POST", path, body)
        if answer.is_success:
            return answer.json()
        assert answer.status_code == 503, answer.text
        self.refused += 1
        await asyncio.sleep(0.02)
        return None


def seconds_until_settled(url: str) -> float:
    """The number of seconds until no delivery is pending."""
    began = time.monotonic()
    while (left := rows(url, PENDING)[0][0]) > 0:
        assert time.monotonic() - began < PATIENCE_SECONDS, f"{left} deliveries hang"
        time.sleep(0.1)
    return time.monotonic() - began


def test_deliveries_are_in_order_after_any_disturbance(postgresql: PostgreSQL) -> None:
    endpoint, proxy = Endpoint(), Proxy(postgresql.url)
    options = ("--webhook-allowed-networks", "loopback", "--log-level", "error", "--participant-limit", "100000")
    with closing(proxy), serving(proxy.url, *options) as server:
        sandbox = init(postgresql.url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        webhooks = [new_webhook(api, endpoint.url) for _ in range(WEBHOOKS)]
        load = Load([api.new_group() for _ in range(GROUPS)])
        disturber = Disturber(postgresql, proxy, random.Random(len(ROUNDS)))
        for number, how in enumerate(ROUNDS, 1):
            disturbed, refused, acknowledged = disturber.count, load.refused, len(load.acknowledged)
            at_once(api, lambda crowd, how=how: load.run(crowd, disturber, how), connections=CALLERS)  # type: ignore[misc]
            proxy.fates.clear()
            waited = seconds_until_settled(postgresql.url)
            account = Account(postgresql.url, endpoint)
            account.assert_delivered(load.acknowledged, webhooks)
            log.info(
                "round %d, %s: %d disturbances, %d changes acknowledged, %d refused; "
                "%d calls so far, %d of them repeated; settled %.1f seconds after the end",
                number,
                how,
                disturber.count - disturbed,
                len(load.acknowledged) - acknowledged,
                load.refused - refused,
                len(account.calls),
                account.repeated,
                waited,
            )
        assert httpx.get(f"{server.url}/health/ready").status_code == 200
        api.http.close()
    endpoint.close()
