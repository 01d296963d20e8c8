"""Idempotency keys with the response of the request that was sent with each."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# The rows are not stored in the order of their keys, which may be random: each would change a page of its own.
STEP = Step(
    least_version=0,
    changes=(
        """CREATE TABLE idempotency_key (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, key {text} NOT NULL, digest {blob} NOT NULL,
        status {integer} NOT NULL, headers {text}, body {blob} NOT NULL, created_at {integer} NOT NULL,
        PRIMARY KEY (bucket, app_id, key)
    )""",
        "CREATE INDEX idempotency_key_age ON idempotency_key (bucket, created_at)",
    ),
)
