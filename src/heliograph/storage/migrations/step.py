"""The parts of a step of the schema."""

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
    """Whether only a database with many buckets needs it."""

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
class Partitioning:
    """A change that partitions tables by a column on PostgreSQL, such as `Partitioning((("event", "id"),))`.

    Each table becomes the default partition of a new one, which has its name. No row is read, because a default
    partition may contain everything, and statements on the tables work as before. Maintenance adds other partitions.
    """

    tables: tuple[tuple[str, str], ...]
    """The tables, each with its column, in the order in which transactions use them."""

    async def __call__(self, tx: Tx) -> None:
        """Change the tables."""
        if tx.single_writer:
            return
        names = ", ".join(table for table, _ in self.tables)
        await tx.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
        for table, column in self.tables:
            await _partition(tx, table, column)


async def _partition(tx: Tx, table: str, column: str) -> None:
    indexes = await tx.rows(
        "SELECT relname, pg_get_indexdef(indexrelid), indisprimary FROM pg_index JOIN pg_class ON oid = indexrelid "
        "WHERE indrelid = $1::text::regclass",
        table,
    )
    for name, _, _ in indexes:
        await tx.execute(f"ALTER INDEX {name} RENAME TO {name}_rest")
    await tx.execute(f"ALTER TABLE {table} RENAME TO {table}_rest")
    await tx.execute(f"CREATE TABLE {table} (LIKE {table}_rest INCLUDING DEFAULTS) PARTITION BY RANGE ({column})")
    for name, definition, is_primary in indexes:
        columns = definition.partition(" USING btree ")[2]
        await tx.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY {columns}"
            if is_primary
            else f"CREATE INDEX {name} ON {table} {columns}"
        )
    await _grant(tx, table)
    # The indexes of the partition become parts of the table's indexes, because their definitions are equal.
    await tx.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_rest DEFAULT")


async def _grant(tx: Tx, table: str) -> None:
    """Grant the roles of the partition the same privileges on the table."""
    granted = await tx.rows(
        "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END "
        "FROM pg_class, aclexplode(relacl) WHERE oid = $1::text::regclass AND grantee <> relowner",
        f"{table}_rest",
    )
    for privilege, role in granted:
        await tx.execute(f"GRANT {privilege} ON {table} TO {role}")


@dataclass(frozen=True, slots=True)
class Step:
    """The migration from one schema version to the next: either `changes`, committed together, or `indexes`.

    `least_version` is the oldest schema version whose programs can use the database after the step. It is 0 if the step
    only expands the schema, so that the programs that could use the database still can.
    """

    least_version: int
    changes: tuple[Change, ...] = ()
    indexes: tuple[Index, ...] = ()
