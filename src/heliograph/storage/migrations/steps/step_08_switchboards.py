"""Switchboards, and the control of conversations."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# A switchboard is one row with its integrations, because each read of a conversation needs all of it.
STEP = Step(
    least_version=8,
    changes=(
        "CREATE TABLE switchboard (id {text} NOT NULL, app_id {text} PRIMARY KEY, state {text} NOT NULL){clustered}",
        "ALTER TABLE conversation ADD COLUMN active_id {text}",
        "ALTER TABLE conversation ADD COLUMN pending_id {text}",
        # Integrations of types that the API document does not have are not listed.
        "ALTER TABLE integration ADD COLUMN listed {integer} NOT NULL DEFAULT 1",
    ),
)
