"""Checks of the database and its master key."""

from __future__ import annotations

from collections.abc import Iterator

from heliograph.cli.doctor.findings import Finding, failure, ok, warning
from heliograph.storage.database_state import DatabaseState, KeyState
from heliograph.storage.migrations.schema import Version, latest

_SLOW_COMMIT_SECONDS, _UNUSABLE_COMMIT_SECONDS = 0.05, 1.0
_LITTLE_SPACE, _NO_SPACE = 1 << 30, 64 << 20
_CLOCK_SECONDS, _WRONG_CLOCK_SECONDS = 1.0, 60.0
_FOR_OTHERS = 0o077


def judge_database(state: DatabaseState) -> Iterator[Finding]:
    """The findings for a database that could be opened."""
    yield ok("database", f"{state.name}, {state.engine}; {state.users}")
    yield judge_schema(state.version)
    if state.unwritable is not None:
        yield failure(
            "writes",
            f"the database cannot be written: {state.unwritable}",
            "let the user of the server write it: for SQLite the file and its folder, for PostgreSQL a primary and a "
            "role with the privileges of the tables",
        )
    elif state.commit_seconds is not None:
        yield judge_commits(state.commit_seconds)
    if state.free_bytes is not None:
        yield judge_space(state.free_bytes)
    for risk in state.risks:
        yield warning("database", risk, "have the administrator of the database check this")
    yield judge_clock(state.ahead_seconds)
    if state.key is not None:
        yield judge_key(state.key)


def judge_schema(found: Version | None) -> Finding:
    """The schema version: current, older, or newer but usable by this program."""
    if found is None or found.number == 0:
        return warning("schema", "there is no database yet", "start a server, which creates it, or check --database")
    if found.number < latest():
        return warning(
            "schema",
            f"version {found.number}; this program needs {latest()}",
            "run `heliograph migrate`, or start a server, which migrates it",
        )
    if found.number > latest():
        text = f"version {found.number}, newer than this program, which knows {latest()} and can use it"
        return warning("schema", text, "upgrade this program")
    return ok("schema", f"version {found.number}")


def judge_commits(seconds: float) -> Finding:
    """How long a commit takes to reach the disk."""
    text = f"a commit takes {seconds * 1000:.1f} ms to reach the disk"
    remedy = "move the database to a disk with a lower latency, and not to a network file system"
    if seconds >= _UNUSABLE_COMMIT_SECONDS:
        return failure("writes", text, remedy)
    return warning("writes", text, remedy) if seconds >= _SLOW_COMMIT_SECONDS else ok("writes", text)


def judge_space(free: int) -> Finding:
    """The free space for the files of the database."""
    text = f"{free / (1 << 30):.1f} GiB are free" if free >= _LITTLE_SPACE else f"{free / (1 << 20):.0f} MiB are free"
    remedy = "free disk space, or move the database to a larger disk"
    if free < _NO_SPACE:
        return failure("space", text, remedy)
    return warning("space", text, remedy) if free < _LITTLE_SPACE else ok("space", text)


def judge_clock(ahead: float) -> Finding:
    """The clock of the database, or its newest event, in relation to the clock of this machine."""
    if abs(ahead) < _CLOCK_SECONDS:
        return ok("clock", "agrees with the database")
    text = f"the database is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the clock of this machine"
    remedy = "synchronize the clocks of all machines with NTP"
    return failure("clock", text, remedy) if abs(ahead) >= _WRONG_CLOCK_SECONDS else warning("clock", text, remedy)


def judge_key(key: KeyState) -> Finding:
    """The master key, and who can read its file."""
    if key.problem is not None:
        return failure("master key", key.problem, "restore the key that belongs to this database from a backup")
    if key.mode is not None and key.mode & _FOR_OTHERS:
        return failure(
            "master key",
            f"other users can access {key.source} (mode {key.mode:04o}), which decrypts all secrets",
            f"chmod 600 {key.source}",
        )
    return ok("master key", f"in {key.source}; it fits the database")
