"""Repetitions of events for the event stream, and the programs that listen to it."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=0,
    changes=(
        """CREATE TABLE repetition (
        bucket {integer} NOT NULL, id {text} NOT NULL, app_id {text} NOT NULL, event_id {text} NOT NULL,
        lane {text} NOT NULL,
        PRIMARY KEY (bucket, id)
    ){clustered}""",
        "CREATE INDEX repetition_of_app ON repetition (app_id, id)",
        """CREATE TABLE listener (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL, name {text} NOT NULL,
        forward_to {text}, connected_at {integer} NOT NULL, last_event_at {integer}, seen_at {integer} NOT NULL,
        PRIMARY KEY (bucket, app_id, id)
    ){clustered}""",
    ),
)
