"""The session of the console in which a request was made, in recorded requests and in the events that it caused."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=0,
    changes=(
        "ALTER TABLE event ADD COLUMN session_id {text}",
        "ALTER TABLE request ADD COLUMN session_id {text}",
    ),
)
