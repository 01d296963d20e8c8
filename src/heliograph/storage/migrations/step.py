"""What a step of the schema consists of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from heliograph.storage.engine import Tx

Change = str | Callable[[Tx], Awaitable[None]]
"""A statement, or a function where no statement works on both engines."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index on a table that may be large, such as `Index("attempt_app", "attempt (app_id, started_at)")`."""

    name: str
    on: str
    unique: bool = False
    for_many_buckets: bool = False
    """Whether a database with one bucket does without it."""

    @property
    def statement(self) -> str:
        """Creates the index."""
        return self._statement("")

    @property
    def concurrent_statement(self) -> str:
        """Creates the index on PostgreSQL without blocking writes, outside of any transaction."""
        return self._statement("CONCURRENTLY ")

    def _statement(self, how: str) -> str:
        return f"CREATE {'UNIQUE ' if self.unique else ''}INDEX {how}{self.name} ON {self.on}"


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one schema version to the next: either `changes`, committed together, or `indexes`.

    `least_version` is the oldest schema version whose programs can use the database after the step. It is 0 if the step
    only expands the schema, so that the programs that could use the database still can.
    """

    least_version: int
    changes: tuple[Change, ...] = ()
    indexes: tuple[Index, ...] = ()
