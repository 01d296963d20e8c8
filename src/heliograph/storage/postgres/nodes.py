"""Facts that only the servers of the database know: the sessions of a process, and the prepared transactions.

A distributed database has several servers, and each knows its own sessions. Its commits have two phases: a transaction
that the client knows to be committed may still be prepared on some of the servers, and be committed there later.
"""

from __future__ import annotations

from collections.abc import Callable

from heliograph.storage.postgres.pool import Connection

_SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND starts_with(application_name, {0})"
_IS_THERE = f"SELECT count(*) {_SESSIONS}"
_END = f"SELECT count(pg_terminate_backend(pid)) {_SESSIONS}"
_PREPARED = "SELECT coalesce(string_agg(gid, ','), '') FROM pg_prepared_xacts WHERE database = current_database()"


class NodeUnavailableError(Exception):
    """A server of a distributed database did not respond."""


class Nodes:
    """The servers of a database. `is_distributed` returns whether there are several."""

    def __init__(self, is_distributed: Callable[[], bool]) -> None:
        self._is_distributed = is_distributed

    async def has_session(self, connection: Connection, names: str) -> bool:
        """Whether there is a session whose name begins with `names`. An unavailable server may have one."""
        try:
            return any(int(count) for count in await self._results(connection, _IS_THERE, names))
        except NodeUnavailableError:
            return True

    async def end_sessions(self, connection: Connection, names: str) -> None:
        """End the sessions whose names begin with `names`.

        Raises:
            asyncpg.InsufficientPrivilegeError: they belong to another role.
        """
        await self._results(connection, _END, names)

    async def prepared(self, connection: Connection) -> set[str]:
        """The transactions that are prepared; empty unless the database is distributed.

        Raises:
            NodeUnavailableError: a server did not respond.
        """
        if not self._is_distributed():
            return set()
        return {gid for found in await self._results(connection, _PREPARED) for gid in found.split(",") if gid}

    async def _results(self, connection: Connection, sql: str, *names: str) -> list[str]:
        if not self._is_distributed():
            return [str(await connection.fetchval(sql.format("$1"), *names))]
        quoted = [await connection.fetchval("SELECT quote_literal($1::text)", name) for name in names]
        rows = await connection.fetch("SELECT success, result FROM run_command_on_all_nodes($1)", sql.format(*quoted))
        if not all(row[0] for row in rows):
            raise NodeUnavailableError
        return [row[1] for row in rows]
