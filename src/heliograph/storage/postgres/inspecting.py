"""Inspects a PostgreSQL database without changing it."""

from __future__ import annotations

import statistics
import time

import asyncpg

from heliograph.errors import UsageError
from heliograph.storage.database_state import COMMITS, DatabaseState, KeyState, find_master_key
from heliograph.storage.migrations import schema
from heliograph.storage.migrations.schema import Version
from heliograph.storage.postgres.ddl import connected
from heliograph.storage.postgres.migrating import version_of
from heliograph.storage.postgres.placement import BUCKETS
from heliograph.storage.postgres.pool import Connection
from heliograph.storage.postgres.store import IDENTITY, display_name, master_key_path
from heliograph.storage.postgres.transactions import UNAVAILABLE
from heliograph.storage.postgres.tx import Catalog, PostgresTx
from heliograph.storage.rows import meta
from heliograph.storage.unlocking import check_master_key

_PURPOSE = "doctor"
# A message in the log reaches the disk like a commit, and changes no table.
_COMMIT = "SELECT pg_logical_emit_message(true, 'heliograph', 'doctor')"
_MAY_WRITE = "UPDATE meta SET value = value WHERE false"
_MAY_CREATE = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
_PROCESSES = """SELECT count(DISTINCT split_part(application_name, '/', 2)) FROM pg_stat_activity
    WHERE datname = current_database() AND starts_with(application_name, 'heliograph/')"""
_OPEN_SECONDS = 60
_LONG = f"""SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::integer FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
    AND xact_start < clock_timestamp() - interval '{_OPEN_SECONDS} seconds' ORDER BY xact_start LIMIT 1"""


async def inspect_pooled(url: str) -> DatabaseState:
    """The state of the database at `url`.

    Raises:
        UsageError: it cannot be reached, or belongs to another program.
    """
    name = display_name(url)
    try:
        async with connected(url, _PURPOSE) as connection:
            return await _inspected(connection, name)
    except (*UNAVAILABLE, ValueError, asyncpg.PostgresError) as error:
        # The error for an invalid URL may repeat it, with its password.
        why = "its URL is invalid" if isinstance(error, ValueError) else str(error) or type(error).__name__
        raise UsageError(f"the database cannot be opened: {name}: {why}") from None


async def _inspected(connection: Connection, name: str) -> DatabaseState:
    reader = PostgresTx(connection, Catalog(), BUCKETS)
    version = await version_of(reader, name)
    schema.refuse_unknown(name, version)
    unwritable = await _refusal(connection, version)
    count = await connection.fetchval(_PROCESSES)
    return DatabaseState(
        name=name,
        engine=f"PostgreSQL {(await connection.fetchval('SHOW server_version')).split()[0]}",
        embedded=False,
        version=version if version.number else None,
        unwritable=unwritable,
        commit_seconds=None if unwritable else await _commit_seconds(connection),
        free_bytes=None,
        holder=None,
        users=f"processes that use it: {count}",
        ahead_seconds=await _ahead_seconds(connection),
        risks=await _risks(connection),
        key=await _key(reader) if version.number else None,
    )


async def _refusal(connection: Connection, version: Version) -> str | None:
    """Why this role cannot write, or None."""
    try:
        if version.number:
            await connection.execute(_MAY_WRITE)
        elif not await connection.fetchval(_MAY_CREATE):
            return "this role may not create tables in the schema"
    except asyncpg.PostgresError as error:
        return str(error)
    return None


async def _commit_seconds(connection: Connection) -> float | None:
    durations = []
    try:
        for _ in range(COMMITS):
            started = time.perf_counter()
            await connection.execute(_COMMIT)
            durations.append(time.perf_counter() - started)
    except asyncpg.PostgresError:  # this role may not, or the service does not offer it
        return None
    return statistics.median(durations)


async def _ahead_seconds(connection: Connection) -> float:
    """How far the clock of the database is ahead, less what the round trip can explain."""
    before = time.time()
    there = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8"))
    after = time.time()
    return there - min(max(there, before), after)


async def _risks(connection: Connection) -> tuple[str, ...]:
    found = []
    for setting in ("fsync", "full_page_writes"):
        if await connection.fetchval(f"SHOW {setting}") == "off":
            found.append(f"{setting} is off: a crash of the machine can destroy the database")
    if row := await connection.fetchrow(_LONG):
        found.append(
            f"session {row[0]} has had a transaction open for {row[1]} seconds, which keeps old rows from being removed"
        )
    return tuple(found)


async def _key(reader: PostgresTx) -> KeyState | None:
    identity = await meta.get(reader, IDENTITY)
    if identity is None:
        return None
    state, key = find_master_key(master_key_path(identity))
    if key is None:
        return state
    try:
        await check_master_key(reader, key)
    except UsageError as error:
        return KeyState(state.source, state.mode, str(error))
    return state
