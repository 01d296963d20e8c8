"""Simulates other releases of Heliograph: the same program with more or fewer steps of the schema.

Tests call these functions in the processes that they start, or with monkeypatch.
"""

from __future__ import annotations

import pytest

from heliograph import ids
from heliograph.storage.engine import Reader
from heliograph.storage.migrations import schema
from heliograph.storage.migrations.step import Index, Partitioning, Step
from heliograph.storage.partitions import Partitions
from heliograph.storage.postgres.partitions import PostgresPartitions
from heliograph.storage.rows import stream

PRESENT = schema.STEPS
_PARTITIONING = next(
    number for number, step in enumerate(PRESENT) if any(isinstance(change, Partitioning) for change in step.changes)
)
UNPARTITIONED = PRESENT[:_PARTITIONING]
"""The steps before the one that partitions tables."""
INDEX = Index("participant_colour", "participant (app_id, user_id) WHERE client_associations <> '[]'")
# Older programs neither read nor write the column and the table, and the index changes no result.
EXPANDED = (
    *PRESENT,
    Step(0, ("ALTER TABLE conversation ADD COLUMN colour {text}", "CREATE TABLE shade (id {text} PRIMARY KEY)")),
    Step(0, indexes=(INDEX,)),
)
# Programs that do not know the last step of EXPANDED would miss the column.
CONTRACTED = (*EXPANDED, Step(len(EXPANDED), ("ALTER TABLE conversation DROP COLUMN colour",)))


# Releases that serve at the same time differ in the last steps only, because the program needs the other steps.
_LATE = (*UNPARTITIONED, *PRESENT[_PARTITIONING + 1 :], PRESENT[_PARTITIONING])
BEFORE_PARTITIONS = _LATE[:-1]
"""The steps of a release that does not partition tables, if partitioning is the last step of the present release."""


def release_before_partitions() -> None:
    """Become the release that does not partition tables."""
    schema.STEPS = BEFORE_PARTITIONS
    for name in ("add", "drop", "parts"):
        setattr(PostgresPartitions, name, getattr(Partitions, name))


def release_with_partitions() -> None:
    """Become the release after that, which is the present one with its steps in another order."""
    schema.STEPS = _LATE


def release_that_expands() -> None:
    """Become the release after that, which expands the schema."""
    schema.STEPS = (*_LATE, *EXPANDED[len(PRESENT) :])


def release_that_contracts() -> None:
    """Become the release after that, which removes what the release with partitions needs."""
    schema.STEPS = (*_LATE, *CONTRACTED[len(PRESENT) :])


def earlier_release(patch: pytest.MonkeyPatch, steps: int) -> None:
    """Become a release that knows only the first steps, to open and close a database."""
    patch.setattr(schema, "STEPS", PRESENT[:steps])
    patch.setattr(stream, "newest", _newest_event)


async def _newest_event(reader: Reader) -> str:
    """The id of the newest event, in a release without the table of repetitions."""
    row = await reader.row("SELECT max(id) FROM event")
    return (row[0] if row else None) or ids.FIRST


def expanding_release() -> None:
    """Become the release that expands the schema."""
    schema.STEPS = EXPANDED
