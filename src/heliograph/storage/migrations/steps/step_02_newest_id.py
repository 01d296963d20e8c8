"""The newest id of a conversation."""

from __future__ import annotations

from heliograph.storage.migrations.step import Change

# Not less than any id in the conversation, so that ids ascend even if the clocks of several processes differ.
STEP: tuple[Change, ...] = ("ALTER TABLE conversation ADD COLUMN newest_id {text}",)
