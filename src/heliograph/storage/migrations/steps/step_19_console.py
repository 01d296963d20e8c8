"""Sessions of the console, and the tickets from which they are created."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Tokens and tickets are stored as digests. `app_id` is NULL for sessions with access to every app.
STEP = Step(
    least_version=0,
    changes=(
        """CREATE TABLE console_session (
        id {text} PRIMARY KEY, digest {text} NOT NULL, key_id {text} NOT NULL, app_id {text}, role {text} NOT NULL,
        name {text} NOT NULL, created_at {integer} NOT NULL, seen_at {integer} NOT NULL, expires_at {integer} NOT NULL
    )""",
        "CREATE UNIQUE INDEX console_session_digest ON console_session (digest)",
        "CREATE INDEX console_session_of_app ON console_session (app_id, id)",
        """CREATE TABLE console_ticket (
        digest {text} PRIMARY KEY, key_id {text} NOT NULL, app_id {text}, role {text} NOT NULL,
        created_at {integer} NOT NULL, expires_at {integer} NOT NULL
    )""",
        "CREATE INDEX console_ticket_of_app ON console_ticket (app_id)",
    ),
)
