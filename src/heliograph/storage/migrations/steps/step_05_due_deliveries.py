"""An index of pending deliveries by due time."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# The pending deliveries of a webhook by due time, so that deliveries that are not due are not read.
STEP = Step(
    least_version=5,
    changes=(
        "DROP INDEX delivery_pending",
        "CREATE INDEX delivery_due ON delivery (webhook_id, due_at, event_id) WHERE status = 'pending'",
    ),
)
