"""The order in which a user joined, also in memberships of users that were merged into them."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# `since` is a copy of the column of the participant.
STEP = Step(least_version=0, changes=("ALTER TABLE membership ADD COLUMN since {text}",))
