"""SIGKILL during deliveries: no event is lost, the order is kept, and repeated deliveries have the same id.

HELIOGRAPH_TEST_ROUNDS is the number of kills. They alternate between a kill before the endpoint responds, after which
many events are stored but not sent, and a kill right after its response, after which a delivery is not recorded.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.databases import execute, is_sqlite, new_database, rows
from tests.harness import Caller, Sandbox, Server, init
from tests.proofs.crowd import at_once
from tests.proofs.deliveries import CALLERS, Account, Changes, Killer, gaps
from tests.proofs.identities import assert_unique

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "2"))
CHANGES = 60
WEBHOOKS = 2
AT_ONCE = 8
PATIENCE_SECONDS = 60 + 2 * ROUNDS

pytestmark = pytest.mark.timeout(120 + 10 * ROUNDS)
log = logging.getLogger(__name__)


def caller_of(server: Server, sandbox: Sandbox) -> Caller:
    """A caller with the app key of the sandbox."""
    return Caller(server.url, sandbox.app_auth, sandbox.app_id)


def new_webhook(api: Caller, target: str) -> str:
    """Create a webhook for all events with its own integration; returns the id."""
    body = {"type": "custom", "webhooks": [{"target": target, "triggers": ["*"]}]}
    (made,) = api.ok("POST", "/integrations", body)["integration"]["webhooks"]
    webhook_id: str = made["id"]
    return webhook_id


def change_until_killed(api: Caller, server: Server, changes: Changes, endpoint: Killer, *, answered: bool) -> None:
    """Make changes until the server and its workers are killed, before or right after the endpoint responds."""
    if answered:
        endpoint.open.set()
    else:
        endpoint.open.clear()

    def end() -> None:
        if answered:
            endpoint.aim(lambda: server.send_signal(signal.SIGKILL))
        else:
            server.send_signal(signal.SIGKILL)

    at_once(api, lambda crowd: changes.run(crowd, CHANGES, end), connections=CALLERS)
    assert server.process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    endpoint.open.set()
    api.http.close()
    server.stop()


def wait_settled(url: str) -> None:
    """Wait until no delivery is pending."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while rows(url, "SELECT 1 FROM delivery WHERE status = 'pending' LIMIT 1"):
        assert time.monotonic() < deadline, "deliveries hang"
        time.sleep(0.1)


def expire_leases(url: str) -> None:
    """Remove the leases of killed processes, which would otherwise expire after 4 seconds."""
    if not is_sqlite(url):
        execute(url, "DELETE FROM lease")


def test_no_event_is_lost_and_order_is_kept(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    workers = () if is_sqlite(url) else ("--workers", "2")
    server = Server(url, "--webhook-allowed-networks", "loopback", "--log-level", "warning", *workers)
    endpoint, found = Killer(), Counter[str]()
    try:
        sandbox = init(url)
        api = caller_of(server, sandbox)
        webhooks = [new_webhook(api, endpoint.url) for _ in range(WEBHOOKS)]
        changes = Changes([api.new_group() for _ in range(5)])
        for number in range(ROUNDS):
            change_until_killed(api, server, changes, endpoint, answered=number % 2 == 1)
            found += gaps(url, endpoint)
            if number < ROUNDS - 1:  # after the last kill, wait until they expire
                expire_leases(url)
            server.output.clear()
            server.start()
            api = caller_of(server, sandbox)
        wait_settled(url)
        api.http.close()
    finally:
        endpoint.open.set()
        endpoint.close()
        status = server.stop()
    assert status == 0
    account = Account(url, endpoint)
    account.assert_delivered(changes.acknowledged, webhooks)
    assert_unique(url)
    report(account, found, changes, server.workers, engine)


def report(account: Account, found: Counter[str], changes: Changes, workers: int, engine: str) -> None:
    """Check that both kinds of kill had an effect, and that only calls in flight at a kill were repeated."""
    assert found["unsent"] > 0
    assert found["unrecorded"] >= ROUNDS // 10, "sometimes a response is recorded before the kill"
    assert account.repeated <= ROUNDS * workers * WEBHOOKS * AT_ONCE
    log.info(
        "%s: %d kills, %d changes acknowledged, %d events, %d deliveries, %d calls, %d of them repeated; "
        "pending after a kill: %d not sent, %d received and not recorded",
        engine,
        ROUNDS,
        len(changes.acknowledged),
        len(account.lanes),
        len(account.deliveries),
        len(account.calls),
        account.repeated,
        found["unsent"],
        found["unrecorded"],
    )
