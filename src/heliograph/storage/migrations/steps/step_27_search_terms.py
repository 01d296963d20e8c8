"""The search terms of users and conversations."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Described in storage/rows/terms.py. Existing rows have no terms, and older programs write none: maintenance adds the
# missing terms.
STEP = Step(
    least_version=0,
    changes=(
        """CREATE TABLE search_term (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, kind {text} NOT NULL, term {text} NOT NULL,
        value {text} NOT NULL, id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, kind, term, value, id)
    ){clustered}""",
    ),
)
