"""Servers that share one database, and their callers."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.databases import new_database
from tests.harness import Caller, Server, init, new_app, serving
from tests.proofs.crowd import CONNECTIONS, Crowd, at_once
from tests.proofs.identities import assert_unique
from tests.proofs.ledger import Ledger

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """One or more servers on one database. `account` calls the first server with the account key."""

    servers: list[Server]
    account: Caller

    @property
    def database_url(self) -> str:
        """The URL of the shared database."""
        return self.servers[0].database_url

    def new_app(self) -> Caller:
        """A caller of the first server with the key of a new app."""
        return new_app(self.account)

    def callers(self, api: Caller) -> list[Caller]:
        """A caller of each server, with the credential of `api`."""
        return [Caller(server.url, api.auth, api.app_id, api.http) for server in self.servers]

    def at_once(self, api: Caller, work: Callable[[Crowd], Awaitable[T]], connections: int = CONNECTIONS) -> T:
        """Run `work` with a crowd whose calls go to the servers in turn."""
        return at_once(api, work, connections, [server.url for server in self.servers])

    def ledger(self, api: Caller) -> Ledger:
        """The stored data of the app."""
        return Ledger(self.database_url, api.app_id)

    def assert_calm(self) -> None:
        """Check that no server has logged an error."""
        lines = [line for server in self.servers for line in server.log]
        errors = [line for line in lines if " error " in line or line.startswith(("  File ", "Traceback"))]
        assert not errors, "\n".join(errors)


@contextlib.contextmanager
def site(engine: str, workers: Sequence[int], folder: Path, *options: str) -> Iterator[Site]:
    """A server for each number of worker processes, all on one new database."""
    database = new_database(engine, folder)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving(database, *options, *_workers(count))) for count in workers]
        account = Caller(servers[0].url, init(database).account_auth)
        stack.callback(account.http.close)
        yield Site(servers, account)
        assert_unique(database)


def _workers(count: int) -> list[str]:
    return ["--workers", str(count)] if count > 1 else []
