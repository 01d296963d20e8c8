"""Indexes for the remaining queries."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Every query finds its rows by an index, regardless of the size of an app or the database.
STEP = Step(
    least_version=7,
    changes=(
        "DROP INDEX api_key_of_app",
        "CREATE INDEX api_key_of_app ON api_key (app_id, integration_id, id)",
        "CREATE INDEX app_deleted ON app (deleted_at) WHERE deleted_at IS NOT NULL",
        # Failed deliveries are few, and the ones that people search for.
        "CREATE INDEX delivery_failed ON delivery (app_id, id) WHERE status = 'failed'",
    ),
)
