"""Eight servers and two deliverers on one PostgreSQL, some of which are killed and paused.

HELIOGRAPH_TEST_ROUNDS is the number of rounds, in each of which two servers are killed and started again, and a
deliverer that holds leases is paused until the other deliverer has taken them over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from tests.commands import Running
from tests.databases import POSTGRESQL, execute, new_database, rows
from tests.harness import Caller, Server, command, error_of, init, serving
from tests.proofs.crowd import Crowd, at_once
from tests.proofs.deliveries import Account, Killer
from tests.proofs.identities import assert_unique
from tests.proofs.ledger import Ledger
from tests.proofs.load import UNAVAILABLE
from tests.proofs.replay import Membership, replay
from tests.proofs.visits import CALLERS, Visits
from tests.waiting import until

ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
VISITS = 4 if "HELIOGRAPH_TEST_ROUNDS" not in os.environ else 40
SERVERS, CONNECTIONS = 8, 4
LIMIT = 6
AT_ONCE = 8
PATIENCE_SECONDS = 60
OPTIONS = ("--database-connections", str(CONNECTIONS), "--webhook-allowed-networks", "loopback")
OF_SERVERS = ("--no-delivery", "--participant-limit", str(LIMIT))
HOLDERS = "SELECT owner, count(*) FROM lease WHERE name LIKE 'slot/%' AND owner <> '' GROUP BY owner"

pytestmark = pytest.mark.timeout(60 + 60 * ROUNDS)
log = logging.getLogger(__name__)


@pytest.fixture
def role(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with its own role, so that its connections can be counted."""
    url, name = new_database(POSTGRESQL, tmp_path), f"many_{secrets.token_hex(4)}"
    ((schema,),) = rows(url, "SELECT current_schema()")
    execute(url, f"CREATE ROLE {name} LOGIN", f"GRANT ALL ON SCHEMA {schema} TO {name}")
    yield url.replace("postgres:@", f"{name}:@")
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename"
    execute(url, f"{ended} = '{name}'", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def name_of(url: str) -> str:
    """The role of a URL."""
    return url.partition("://")[2].partition(":")[0]


class Connections:
    """The greatest number of connections of a role, counted 20 times a second."""

    def __init__(self, url: str) -> None:
        self.most = 0
        self._url = url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._count()))

    def __enter__(self) -> Connections:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    async def _count(self) -> None:
        name = name_of(self._url)
        connection = await asyncpg.connect(self._url.replace(f"{name}:@", "postgres:@"))
        while not self._ended.is_set():
            count = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
            self.most = max(self.most, await connection.fetchval(count, name))
            await asyncio.sleep(0.05)
        await connection.close()


@contextlib.contextmanager
def processes(url: str) -> Iterator[tuple[list[Server], list[Running]]]:
    """Servers without delivery, and two deliverers, which start at the same time."""
    init(url)  # the schema exists, as when all processes are restarted
    with contextlib.ExitStack() as stack:
        with ThreadPoolExecutor(SERVERS) as pool:
            servers = list(pool.map(lambda _: Server(url, *OPTIONS, *OF_SERVERS), range(SERVERS)))
        for server in servers:
            stack.callback(server.stop)
        deliverers = [Running("deliver", "--database", url, *OPTIONS) for _ in range(2)]
        for deliverer in deliverers:
            for stream in (deliverer.stdout, deliverer.stderr):
                stack.callback(stream.close)
            stack.callback(deliverer.wait, PATIENCE_SECONDS)
            stack.callback(deliverer.send_signal, signal.SIGTERM)
            stack.callback(deliverer.send_signal, signal.SIGCONT)
        until(lambda: sorted(dict(rows(url, HOLDERS)).values()) == [8, 8])
        yield servers, deliverers


def processor_seconds(pids: list[int]) -> float:
    """The processor time of processes so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def disturb(url: str, killed: list[Server], paused: Running, api: Caller, visits: Visits) -> None:
    """Kill servers, and pause a deliverer until the other deliverer holds all leases."""
    paused.send_signal(signal.SIGSTOP)
    for server in killed:
        server.kill()
    until(lambda: sorted(dict(rows(url, HOLDERS)).values()) == [16])
    # Only the other deliverer can deliver the next event.
    visits.acknowledged.add(("conversation:create", ""))
    visits.groups.append(api.new_group())
    paused.send_signal(signal.SIGCONT)


def test_limits_order_and_deliveries_with_many_processes(role: str) -> None:
    endpoint = Killer()
    endpoint.open.set()
    sandbox = init(role)
    with contextlib.closing(endpoint), Connections(role) as connections, processes(role) as (servers, deliverers):
        callers = [Caller(server.url, sandbox.app_auth, sandbox.app_id) for server in servers]
        api = callers[-1]
        body = {"type": "custom", "webhooks": [{"target": endpoint.url, "triggers": ["*"]}]}
        webhook = api.ok("POST", "/integrations", body)["integration"]["webhooks"][0]["id"]
        visits, spent = Visits([api.new_group() for _ in range(4)]), 0.0
        for number in range(ROUNDS):
            spent += one_round(role, servers, deliverers[number % 2], api, visits)
        until(lambda: rows(role, "SELECT 1 FROM delivery WHERE status = 'pending' LIMIT 1") == [])
        api.http.close()
    account, ledger = Account(role, endpoint), Ledger(role, sandbox.app_id)
    account.assert_delivered(visits.acknowledged, [webhook])
    # Calls in flight when a deliverer was paused.
    assert account.repeated <= AT_ONCE * ROUNDS
    assert ledger.faults() == []
    state: Membership = {}
    for event in ledger.events:
        assert max(map(len, replay([event], state).values()), default=0) <= LIMIT
    assert visits.full > 0
    assert connections.most <= (SERVERS + 2) * CONNECTIONS
    assert_unique(role)
    log.info(
        "%d responses, %d deliveries, %d repeated, at most %d connections, %.2f ms of processor time per response",
        visits.answers,
        len(account.deliveries),
        account.repeated,
        connections.most,
        1000 * spent / visits.answers,
    )


def one_round(url: str, servers: list[Server], paused: Running, api: Caller, visits: Visits) -> float:
    """Visit while servers are killed and a deliverer is paused; returns the processor time of the surviving servers."""
    killed = servers[:2]
    living = [server.process.pid for server in servers[2:]]
    before = processor_seconds(living)

    async def work(crowd: Crowd) -> None:
        crowds = [Crowd(api, crowd.http, [server.url]) for server in servers]
        await visits.run(crowds, VISITS, lambda: asyncio.to_thread(disturb, url, killed, paused, api, visits))

    at_once(api, work, CALLERS, [server.url for server in servers])
    spent = processor_seconds(living) - before
    for server in killed:
        server.output.clear()
        server.start()
    servers.sort(key=lambda server: server in killed)  # the next round kills other servers
    return spent


def test_at_the_limit_of_connections_requests_are_served_or_get_503(role: str) -> None:
    name, most = name_of(role), 3
    superuser = role.replace(f"{name}:@", "postgres:@")
    sandbox = init(role)
    execute(superuser, f"ALTER ROLE {name} CONNECTION LIMIT {most}")
    with serving(role, "--database-connections", "8", "--no-delivery") as server:
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)

        async def work(crowd: Crowd) -> None:
            await crowd.new_users(100)

        at_once(api, work)
        user = api.new_user()

        async def take_all() -> None:
            """Take all connections of the role, so that the server cannot connect."""
            admin = await asyncpg.connect(superuser)
            of_server = "usename = $1 AND starts_with(application_name, 'heliograph/')"
            taken: list[asyncpg.Connection] = []
            while len(taken) < most:
                await admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {of_server}", name)
                with contextlib.suppress(asyncpg.TooManyConnectionsError):
                    taken.append(await asyncpg.connect(role))
            refused = await asyncio.to_thread(command, "serve", "--port", "0", "--database", role)
            assert refused.returncode == 2
            assert "too many connections" in refused.stderr
            answer = await asyncio.to_thread(api, "GET", f"/users/{user}")
            assert error_of(answer) == UNAVAILABLE
            assert answer.headers["retry-after"] == "1"
            for connection in (*taken, admin):
                await connection.close()

        asyncio.run(take_all())
        until(lambda: api("GET", f"/users/{user}").status_code == 200)
        api.http.close()
