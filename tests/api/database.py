"""Direct access to the server's database, to read and write what the API does not expose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.databases import beside, rows


@dataclass(frozen=True)
class Database:
    """Reads the database, and changes it in short transactions, like another process."""

    url: str

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """The rows of a query."""
        return rows(self.url, sql, *values)

    def write(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """Run the statements in one transaction; each must touch one row."""
        with beside(self.url) as query:
            for sql, values in statements:
                assert len(query(f"{sql} RETURNING 1", *values)) == 1

    def add_client(self, app_id: str, user_id: str, client_id: str, type: str = "twilio") -> None:
        """Add a client of a type that the API cannot create to the user."""
        columns = "bucket, app_id, user_id, id, type, status, display_name, avatar_url, info, raw, linked_at"
        person = ("Ada", "https://example.invalid/ada.png", '{"city":"London"}', '{"number":"+44"}')
        # A client is in the same bucket as its user.
        values = "bucket, app_id, id, $3, $4, 'active', $5, $6, $7, $8, 1600000000000"
        sql = f"INSERT INTO client ({columns}) SELECT {values} FROM app_user WHERE app_id = $1 AND id = $2"
        self.write((sql, (app_id, user_id, client_id, type, *person)))

    def associate(self, participant_id: str, *associations: tuple[str, str]) -> None:
        """Set the client associations of a participant, as (type, client id)."""
        text = json.dumps([{"type": type, "clientId": client_id} for type, client_id in associations])
        self.write(("UPDATE participant SET client_associations = $1 WHERE id = $2", (text, participant_id)))
