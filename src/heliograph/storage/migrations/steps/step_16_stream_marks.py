"""The event stream in the order of ids."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step
from heliograph.storage.rows import stream

# Described in storage/postgres/marks.py.
#
# Programs of the previous release publish no mark, so the stream would miss their events. The new name of `key_id`
# makes their events fail (503), and waits for the transactions that they have open.
STEP = Step(
    least_version=16,
    changes=(
        "ALTER TABLE event RENAME COLUMN key_id TO caller_key_id",
        "{where_many}CREATE TABLE stream_mark "
        "(process {text} PRIMARY KEY, mark {text} NOT NULL, beat {integer} NOT NULL, active {integer} NOT NULL)",
        stream.start,
        "{where_many}DROP INDEX event_of_app",
        "{where_many}ALTER TABLE event DROP COLUMN tx",
        "{where_many}ALTER TABLE outbound DROP COLUMN tx",
        # Its marks are transaction numbers, which cannot be compared with ids.
        "{where_many}DELETE FROM meta WHERE name = 'retention'",
        "DELETE FROM meta WHERE name = 'epoch'",
    ),
)
