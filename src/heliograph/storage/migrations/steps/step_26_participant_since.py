"""An index for the participants that had another user before."""

from __future__ import annotations

from heliograph.storage.migrations.step import Index, Step

STEP = Step(
    least_version=0,
    indexes=(
        Index("participant_since", "participant (bucket, app_id, conversation_id, since) WHERE since IS NOT NULL"),
    ),
)
