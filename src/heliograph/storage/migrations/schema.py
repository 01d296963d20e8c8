"""The steps of the schema in their order, which migrate a database to the latest version."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict, dataclass

from heliograph.errors import UsageError
from heliograph.storage.engine import Dialect, Reader, Tx
from heliograph.storage.migrations.step import Step
from heliograph.storage.migrations.steps import (
    step_01_core,
    step_02_newest_id,
    step_03_messages,
    step_04_webhooks,
    step_05_due_deliveries,
    step_06_short_keys,
    step_07_selective_indexes,
    step_08_switchboards,
    step_09_attachments,
    step_10_devices,
    step_11_oauth,
    step_12_linking,
    step_13_identities,
    step_14_inactivity,
    step_15_stream_index,
    step_16_stream_marks,
    step_17_partitions,
    step_18_synthetic_events,
    step_19_console,
    step_20_requests,
    step_21_sessions,
    step_22_lists,
    step_23_listeners,
    step_24_request_errors,
    step_25_membership_changes,
    step_26_participant_since,
    step_27_search_terms,
    step_28_erasures,
    step_29_idempotency_keys,
    step_30_membership_since,
    step_31_last_used,
)
from heliograph.storage.rows import meta, search_progress
from heliograph.storage.rows.search_progress import SearchProgress

STEPS: tuple[Step, ...] = (
    step_01_core.STEP,
    step_02_newest_id.STEP,
    step_03_messages.STEP,
    step_04_webhooks.STEP,
    step_05_due_deliveries.STEP,
    step_06_short_keys.STEP,
    step_07_selective_indexes.STEP,
    step_08_switchboards.STEP,
    step_09_attachments.STEP,
    step_10_devices.STEP,
    step_11_oauth.STEP,
    step_12_linking.STEP,
    step_13_identities.STEP,
    step_14_inactivity.STEP,
    step_15_stream_index.STEP,
    step_16_stream_marks.STEP,
    step_17_partitions.STEP,
    step_18_synthetic_events.STEP,
    step_19_console.STEP,
    step_20_requests.STEP,
    step_21_sessions.STEP,
    step_22_lists.STEP,
    step_23_listeners.STEP,
    step_24_request_errors.STEP,
    step_25_membership_changes.STEP,
    step_26_participant_since.STEP,
    step_27_search_terms.STEP,
    step_28_erasures.STEP,
    step_29_idempotency_keys.STEP,
    step_30_membership_since.STEP,
    step_31_last_used.STEP,
)

_VERSION, _LEAST_VERSION = "schema_version", "least_version"

log = logging.getLogger("heliograph.storage")


@dataclass(frozen=True, slots=True)
class Version:
    """The schema version of a database, 0 for an empty one, and the least version that a program must know to use
    it."""

    number: int
    least: int


def latest() -> int:
    """The schema version to which this program migrates a database."""
    return len(STEPS)


def tables() -> list[str]:
    """The names of all tables."""
    statements = [change for step in STEPS for change in step.changes if isinstance(change, str)]
    return [found[1] for statement in statements if (found := re.match(r"CREATE TABLE (\w+)", statement))]


async def version(reader: Reader, *, table_exists: bool) -> Version:
    """The schema version of the database."""
    if not table_exists:
        return Version(0, 0)
    rows = await reader.rows("SELECT name, value FROM meta WHERE name IN ($1, $2)", _VERSION, _LEAST_VERSION)
    values = {name: int(value) for name, value in rows}
    number = values.get(_VERSION, 0)
    return Version(number, values.get(_LEAST_VERSION, number))


def refuse_unknown(name: str, found: Version) -> None:
    """Check that this program can use the database.

    Raises:
        UsageError: it was migrated by a newer program to a schema that this one cannot use.
    """
    if found.least > latest():
        raise UsageError(
            f"{name} has schema version {found.number}, which a newer Heliograph migrated it to: programs that use it "
            f"must know version {found.least}, and this one knows versions up to {latest()}. Upgrade Heliograph, or "
            "use another database."
        )
    if found.number > latest():
        log.info(
            "%s has schema version %d, which this program can use although it knows versions up to %d only",
            *(name, found.number, latest()),
        )


async def migrate(tx: Tx, dialect: Dialect, present: int, buckets: int) -> None:
    """Take all missing steps in this transaction."""
    for step in STEPS[present:]:
        await _change(tx, dialect, step)
        for index in step.indexes:
            if buckets > 1 or not index.for_many_buckets:
                await tx.execute(index.statement)
    if present == 0:
        await meta.put(tx, "buckets", str(buckets))
        await search_progress.put(tx, SearchProgress(complete=True))
    if present < latest():
        await _record(tx, latest())


async def take(tx: Tx, dialect: Dialect, number: int) -> None:
    """Take one step in this transaction, apart from its indexes, unless another process has done so."""
    await meta.lock(tx)
    if (await version(tx, table_exists=True)).number == number - 1:
        await _change(tx, dialect, STEPS[number - 1])
        await _record(tx, number)


async def _change(tx: Tx, dialect: Dialect, step: Step) -> None:
    for change in step.changes:
        await (tx.execute(change.format(**asdict(dialect))) if isinstance(change, str) else change(tx))


async def _record(tx: Tx, number: int) -> None:
    await meta.put(tx, _VERSION, str(number))
    await meta.put(tx, _LEAST_VERSION, str(max(step.least_version for step in STEPS[:number])))
