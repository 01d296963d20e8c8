"""The newest id of a conversation."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Not less than any id in the conversation, so that ids ascend even if the clocks of several processes differ.
STEP = Step(
    least_version=2,
    changes=("ALTER TABLE conversation ADD COLUMN newest_id {text}",),
)
