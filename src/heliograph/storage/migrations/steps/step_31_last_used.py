"""The time of the last use of an API key."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(least_version=0, changes=("ALTER TABLE api_key ADD COLUMN last_used {integer}",))
