"""Erasures of persons, and the ids of users that were merged into others."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Erasures are few, so they have no bucket. `state` is the progress of an unfinished erasure, as JSON, with the values
# that it looks for; `counts` are the numbers of rows. A finished erasure does not identify the person.
STEP = Step(
    least_version=0,
    changes=(
        """CREATE TABLE erasure (
        id {text} PRIMARY KEY, app_id {text} NOT NULL, pseudonym {text} NOT NULL, key_id {text} NOT NULL,
        created_at {integer} NOT NULL, touched_at {integer} NOT NULL, finished_at {integer}, state {text},
        counts {text} NOT NULL
    )""",
        "CREATE INDEX erasure_of_app ON erasure (app_id, id)",
        "CREATE INDEX erasure_running ON erasure (app_id, id) WHERE finished_at IS NULL",
        # The bucket is that of the user who remains. Messages still name the users that were merged.
        """CREATE TABLE merged_user (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, user_id {text} NOT NULL, merged_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, user_id, merged_id)
    ){clustered}""",
    ),
)
