"""The retention of messages."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Described in storage/rows/inactivity.py. Of all messages of a conversation, only the first one changes the index.
STEP = Step(
    least_version=14,
    changes=(
        """CREATE TABLE inactivity_limit (
            app_id {text} PRIMARY KEY, milliseconds {integer}, wall {integer}, age {integer}
        )""",
        "ALTER TABLE conversation ADD COLUMN checked_at {integer}",
        "ALTER TABLE conversation ADD COLUMN idle_since {integer}",
        "ALTER TABLE conversation ADD COLUMN idle_seq {integer}",
        "UPDATE conversation SET checked_at = -9007199254740992 WHERE message_count > 0",
        "CREATE INDEX conversation_checked_at ON conversation (app_id, checked_at) WHERE checked_at IS NOT NULL",
    ),
)
