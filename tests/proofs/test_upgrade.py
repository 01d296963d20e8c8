"""An upgrade under load: two servers of each release serve at the same time, and nothing is lost or refused.

With HELIOGRAPH_TEST_ROUNDS the load is heavier.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heliograph.storage.migrations import schema
from tests.commands import Prepare, command
from tests.databases import POSTGRESQL, new_database
from tests.harness import Caller, Server, init
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.identities import assert_unique
from tests.proofs.ledger import Ledger
from tests.proofs.load import Book, Load, Unavailable, answered, shown
from tests.proofs.talk import history
from tests.releases import (
    BEFORE_PARTITIONS,
    CONTRACTED,
    EXPANDED,
    PRESENT,
    release_before_partitions,
    release_that_contracts,
    release_that_expands,
    release_with_partitions,
)

IS_LONG = "HELIOGRAPH_TEST_ROUNDS" in os.environ
CHANGES, CALLERS = (1000, 24) if IS_LONG else (40, 4)
WRITERS = 2
DRAIN_SECONDS = 0.2
LIMIT = ("--participant-limit", "100000")


class Fleet:
    """The servers in service. Calls go to them in turn."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.servers: list[Server] = []
        self.log: list[str] = []

    def start(self, release: Prepare | None = None, count: int = 1) -> None:
        """Put servers of a release into service."""
        for _ in range(count):
            self.servers = [*self.servers, Server(self.database_url, *LIMIT, prepare=release)]

    def stop_oldest(self) -> None:
        """Take the oldest server out of service, and stop it gracefully."""
        oldest, *self.servers = self.servers
        time.sleep(DRAIN_SECONDS)
        assert oldest.stop() == 0, "".join(oldest.log)
        self.log += oldest.log

    def urls(self) -> Iterator[str]:
        """The URL for each call."""
        number = 0
        while True:
            number += 1
            yield self.servers[number % len(self.servers)].url

    def migrate(self, release: Prepare | None = None) -> str:
        """Run `heliograph migrate` of a release; returns what it prints."""
        return command("migrate", "--database", self.database_url, prepare=release).stdout.rstrip()


def upgrade(fleet: Fleet) -> None:
    """Upgrade three times: the first release partitions tables, the second expands the schema, and the third removes
    what the first needs."""
    assert fleet.migrate(release_with_partitions).endswith(f" has schema version {len(PRESENT)}")
    fleet.start(release_with_partitions, 2)
    for _ in range(2):
        fleet.stop_oldest()
    assert fleet.migrate(release_that_expands).endswith(f" has schema version {len(EXPANDED)}")
    fleet.start(release_with_partitions)  # a server of the current release can be restarted
    fleet.stop_oldest()
    fleet.start(release_that_expands, 2)
    for _ in range(2):
        fleet.stop_oldest()
    assert fleet.migrate(release_that_contracts).endswith(f" has schema version {len(CONTRACTED)}")
    fleet.start(release_that_contracts)
    fleet.stop_oldest()


async def post_and_list(crowd: Crowd, group: str, is_over: Callable[[], bool]) -> list[str]:
    """Post messages and list participants until the load has ended; returns the ids of the messages."""
    posted = []
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
    while not is_over():
        try:
            (message,) = answered(await crowd("POST", f"/conversations/{group}/messages", body), 201)["messages"]
            posted.append(message["id"])
            answered(await crowd("GET", f"/conversations/{group}/participants"), 200)
        except Unavailable:
            await asyncio.sleep(0.05)
    return posted


@pytest.mark.timeout(120)
def test_an_upgrade_under_load_loses_and_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(new_database(POSTGRESQL, tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", BEFORE_PARTITIONS)
        sandbox = init(fleet.database_url)
    fleet.start(release_before_partitions, 2)
    try:
        api = Caller(fleet.servers[0].url, sandbox.app_auth, sandbox.app_id)
        book = Book([api.new_group() for _ in range(5)])
        load = Load(book, CHANGES, lambda: upgrade(fleet), callers=CALLERS)

        async def run(crowd: Crowd) -> list[list[str]]:
            fleet_crowd = Crowd(api, crowd.http, fleet.urls())
            loading = asyncio.create_task(load.run(fleet_crowd))
            groups = [book.groups[number % len(book.groups)] for number in range(WRITERS)]
            posted = await asyncio.gather(*[post_and_list(fleet_crowd, group, loading.done) for group in groups])
            await loading
            return posted

        posted = at_once(api, run, connections=CALLERS)
        assert load.cut_off == 0
        api = Caller(fleet.servers[0].url, api.auth, api.app_id, api.http)
        assert shown(api, book.groups) == book.joined
        ledger = Ledger(fleet.database_url, api.app_id)
        assert ledger.faults() == []
        book.assert_kept(ledger)
        for group, ids in zip(book.groups, posted, strict=False):
            assert [message["id"] for message in history(api, group)] == ids
        assert_unique(fleet.database_url)
        api.http.close()
    finally:
        while fleet.servers:
            fleet.stop_oldest()
    assert [line for line in fleet.log if " error " in line or "Traceback" in line] == []
    refused = command("serve", "--port", "0", "--database", fleet.database_url)
    assert f"must know version {len(EXPANDED)}, and this one knows versions up to {len(PRESENT)}" in refused.stderr
