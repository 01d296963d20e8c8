"""The request that caused an event, and recorded requests."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# The requests of an app are in one bucket, so a batch of them and a page are each sent to one shard, and the table
# needs no index besides its key.
STEP = Step(
    least_version=0,
    changes=(
        "ALTER TABLE event ADD COLUMN request_id {text}",
        """CREATE TABLE request (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL, request_id {text} NOT NULL,
        received_at {integer} NOT NULL, microseconds {integer} NOT NULL, method {text} NOT NULL, path {text} NOT NULL,
        status {integer} NOT NULL, operation {text}, key_id {text}, sent {text} NOT NULL, received {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, id)
    ){clustered}""",
    ),
)
