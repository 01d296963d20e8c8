"""The database file beside the running server: for what the API does not show, or cannot bring about."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUSY_SECONDS = 10


@dataclass(frozen=True)
class Event:
    """A row of `event`."""

    type: str
    payload: Any
    conversation_id: str | None
    user_id: str | None


@dataclass(frozen=True)
class Database:
    """Looks at the file read-only, and changes it in short transactions, as another process may."""

    path: Path

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """What a query finds."""
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def write(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """Run the statements in one transaction; each must touch one row."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for sql, values in statements:
                assert connection.execute(sql, values).rowcount == 1
            connection.execute("COMMIT")

    def events(self, app_id: str) -> list[Event]:
        """What is recorded of the app, oldest first."""
        sql = "SELECT type, payload, conversation_id, user_id FROM event WHERE app_id = ? ORDER BY id"
        return [Event(type, json.loads(payload), *about) for type, payload, *about in self.rows(sql, app_id)]

    def event_types(self, app_id: str) -> list[str]:
        """The types of what is recorded of the app, oldest first."""
        return [event.type for event in self.events(app_id)]

    def add_client(self, app_id: str, user_id: str, client_id: str, type: str = "twilio") -> None:
        """Give the user a client that the API cannot make."""
        columns = "bucket, app_id, user_id, id, type, status, display_name, avatar_url, info, raw, linked_at"
        person = ("Ada", "https://example.org/ada.png", '{"city":"London"}', '{"number":"+44"}', 1_600_000_000_000)
        sql = f"INSERT INTO client ({columns}) VALUES (0, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?)"
        self.write((sql, (app_id, user_id, client_id, type, *person)))

    def associate(self, participant_id: str, *associations: tuple[str, str]) -> None:
        """Make these (type, client id) the client associations of a participant."""
        text = json.dumps([{"type": type, "clientId": client_id} for type, client_id in associations])
        self.write(("UPDATE participant SET client_associations = ? WHERE id = ?", (text, participant_id)))
