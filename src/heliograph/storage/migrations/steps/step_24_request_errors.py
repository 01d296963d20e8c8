"""The first error in the response to a recorded request, which lists show."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=0,
    changes=(
        "ALTER TABLE request ADD COLUMN error_code {text}",
        "ALTER TABLE request ADD COLUMN error_title {text}",
    ),
)
