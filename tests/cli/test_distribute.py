"""`heliograph distribute`."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from heliograph.storage.copying import TABLES
from tests.api.endpoint import Endpoint
from tests.databases import CLUSTER, POSTGRESQL, everything, execute, new_database, rows, with_parameters
from tests.harness import Caller, command, init, new_app, serving

PATIENCE_SECONDS = 30
DIVIDED, COPIED = sum(bool(table.spread) for table in TABLES), len(TABLES) - sum(bool(table.spread) for table in TABLES)


def test_sqlite_is_refused(tmp_path: Path) -> None:
    done = command("distribute", "--database", f"sqlite:///{tmp_path}/heliograph.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert "heliograph distribute needs PostgreSQL" in done.stderr
    assert list(tmp_path.iterdir()) == []


if CLUSTER in os.environ:

    @pytest.fixture
    def url() -> Iterator[str]:
        """The URL of an empty schema on the coordinator."""
        name = f"heliograph_{secrets.token_hex(4)}"
        execute(os.environ[CLUSTER], f"CREATE SCHEMA {name}")
        yield with_parameters(os.environ[CLUSTER], search_path=name)
        execute(os.environ[CLUSTER], f"DROP SCHEMA {name} CASCADE")

    def test_a_served_database_is_distributed_with_its_rows(url: str) -> None:
        with serving(url, "--webhook-allowed-networks", "loopback") as server, Endpoint() as endpoint:
            account = Caller(server.url, init(url).account_auth)
            api = new_app(account)
            hook = {"target": endpoint.url, "triggers": ["*"]}
            api.ok("POST", f"/v2/apps/{api.app_id}/integrations", {"type": "custom", "webhooks": [hook]})
            group = api.new_group(*[api.new_user() for _ in range(10)])
            before = everything(url)
            found = json.loads(command("distribute", "--shards", "4", "--database", url, "--json").stdout)
            # `lease` and `meta` are not copied to other databases, but to all machines.
            assert found == {"dividedTables": DIVIDED, "copiedTables": COPIED + 2, "shards": 4, "machines": 2}
            after = everything(url)
            assert {name: before[name] for name in ("participant", "membership", "conversation", "app")} == {
                name: after[name] for name in ("participant", "membership", "conversation", "app")
            }
            for _ in range(10):
                api.join(group, api.new_user())
            assert len(api.participants(group)) == 20
            ((events,),) = rows(url, "SELECT count(*) FROM event")
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len({body["events"][0]["id"] for _, body in endpoint.came}) < events:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            again = command("distribute", "--database", url)
            assert (again.returncode, "in 4 shards on 2 machines" in again.stdout) == (0, True), again.stderr
            account.http.close()

else:

    def test_a_database_without_citus_is_refused(tmp_path: Path) -> None:
        url = new_database(POSTGRESQL, tmp_path)
        done = command("distribute", "--database", url)
        assert (done.returncode, done.stdout) == (2, "")
        assert "has no Citus: run CREATE EXTENSION citus" in done.stderr
        assert everything(url)["conversation"] == []
