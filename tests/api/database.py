"""Direct access to the server's database, to read and write what the API does not expose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.databases import rows, transaction


@dataclass(frozen=True)
class Database:
    """Reads the database, and changes it in short transactions, like another process."""

    url: str

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """The rows of a query."""
        return rows(self.url, sql, *values)

    def write(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """Run the statements in one transaction; each must touch one row."""
        with transaction(self.url) as query:
            for sql, values in statements:
                assert len(query(f"{sql} RETURNING 1", *values)) == 1
