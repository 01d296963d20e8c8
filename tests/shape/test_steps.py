"""Steps of the schema can be taken while older programs serve."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from heliograph.storage.migrations import schema
from heliograph.storage.migrations.step import Index, Partitioning, Step
from tests.releases import CONTRACTED

# Before the first release there were no servers to consider.
UNRELEASED = 14
PARTITIONING = 17
"""The step that partitions tables."""
ADDITION = re.compile(r"CREATE TABLE |ALTER TABLE \w+ ADD COLUMN (?!.*(NOT NULL(?!.* DEFAULT)|\{transaction\}))")
PARTITIONED = re.compile(r"(event|attempt)\b")
INDEX_ON = re.compile(r"CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)")


def faults(number: int, step: Step) -> Iterator[str]:
    """The faults of a step."""
    if bool(step.changes) == bool(step.indexes):
        yield "a step has either changes or indexes"
    if not 0 <= step.least_version <= number:
        yield "no program knows the least version"
    others = [change for change in step.changes if not isinstance(change, Partitioning)]
    statements = [change if isinstance(change, str) else "" for change in others]
    created = set(re.findall(r"CREATE TABLE (\w+)", "\n".join(statements)))
    for statement in statements:
        found = INDEX_ON.match(statement)
        if found and found[1] not in created:
            yield f"blocks writes while it is built: {statement}"
        elif step.least_version == 0 and not found and not ADDITION.match(statement):
            yield f"older programs may not be able to use the database after: {statement}"
    if number > PARTITIONING and any(PARTITIONED.match(index.on) for index in step.indexes):
        yield "PostgreSQL builds no index on a partitioned table concurrently"
    if step.least_version == 0 and any(index.unique for index in step.indexes):
        yield "older programs do not know that a row must be unique"


@pytest.mark.parametrize("steps", [schema.STEPS, CONTRACTED], ids=["ours", "of the tests"])
def test_steps_can_be_taken_while_older_programs_serve(steps: tuple[Step, ...]) -> None:
    assert len(steps) >= UNRELEASED
    numbered = list(enumerate(steps, 1))[UNRELEASED:]
    assert [(number, fault) for number, step in numbered for fault in faults(number, step)] == []


@pytest.mark.parametrize(
    "step",
    [
        Step(0),
        Step(21, ("DROP TABLE app",)),
        Step(0, ("CREATE TABLE one (id {text})",), (Index("two", "one (id)"),)),
        Step(0, ("ALTER TABLE app DROP COLUMN metadata",)),
        Step(0, ("ALTER TABLE app ADD COLUMN colour {text} NOT NULL",)),
        Step(0, ("ALTER TABLE app ADD COLUMN tx {integer} NOT NULL DEFAULT {transaction}",)),
        Step(0, ("CREATE INDEX app_colour ON app (colour)",)),
        Step(20, ("CREATE UNIQUE INDEX app_colour ON app (colour)",)),
        Step(0, indexes=(Index("app_colour", "app (colour)", unique=True),)),
        Step(0, indexes=(Index("event_key", "event (key_id)"),)),
    ],
)
def test_faulty_steps_are_found(step: Step) -> None:
    assert len(list(faults(20, step))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        ("CREATE TABLE one (id {text} NOT NULL)", "CREATE UNIQUE INDEX two ON one (id)"),
        ("ALTER TABLE app ADD COLUMN colour {text} NOT NULL DEFAULT ''",),
    ],
)
def test_an_expanding_step_adds_tables_and_columns(changes: tuple[str, ...]) -> None:
    assert list(faults(20, Step(0, changes))) == []
