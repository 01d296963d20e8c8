"""Marks events that a sandbox tool triggered."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(least_version=0, changes=("ALTER TABLE event ADD COLUMN synthetic {text}",))
