"""The steps of the schema in their order, and how a database is brought to the latest version."""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import chain

from heliograph.errors import UsageError
from heliograph.storage.engine import Dialect, Reader, Tx
from heliograph.storage.migrations.step import Change
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
)

STEPS: tuple[tuple[Change, ...], ...] = (
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
)
LATEST = len(STEPS)


def tables() -> list[str]:
    """The names of all tables."""
    statements = [change for change in chain(*STEPS) if isinstance(change, str)]
    return [found[1] for statement in statements if (found := re.match(r"CREATE TABLE (\w+)", statement))]


async def version(reader: Reader, *, table_exists: bool) -> int:
    """The schema version of the database; 0 for an empty one."""
    if not table_exists:
        return 0
    row = await reader.get("meta", ("value",), ("name",), ("schema_version",))
    return int(row[0]) if row else 0


async def migrate(tx: Tx, dialect: Dialect, present: int, buckets: int) -> None:
    """Run the missing steps.

    Raises:
        UsageError: the database has a newer schema version than this program.
    """
    if present > LATEST:
        raise UsageError(
            f"the database has schema version {present}, and this version of Heliograph knows versions up to {LATEST}: "
            "it was used by a newer Heliograph. Upgrade Heliograph, or use another database."
        )
    for step in STEPS[present:]:
        for change in step:
            await (tx.execute(change.format(**asdict(dialect))) if isinstance(change, str) else change(tx))
    if present == 0:
        await tx.execute("INSERT INTO meta (name, value) VALUES ('buckets', $1)", str(buckets))
        await tx.execute("INSERT INTO meta (name, value) VALUES ('schema_version', $1)", str(LATEST))
    elif present < LATEST:
        await tx.execute("UPDATE meta SET value = $1 WHERE name = 'schema_version'", str(LATEST))
