"""Pages of deliveries, for the API and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.storage.engine import Reader
from heliograph.storage.paging import filtered_slice_of, slice_of
from heliograph.storage.rows.deliveries import FAILED
from heliograph.storage.rows.log_rows import DELIVERY_ROWS, StoredDelivery
from heliograph.wire.paging import Page, Slice


async def page(reader: Reader, app_id: str, match: Sequence[tuple[str, str]], page: Page) -> Slice[StoredDelivery]:
    """A page of the app's deliveries whose columns have these values, oldest first.

    A filter examines a limited number of deliveries, as `filtered_slice_of` documents.
    """
    source = "delivery WHERE app_id = $1"
    if not match:
        rows = await slice_of(reader, DELIVERY_ROWS.columns, source, (app_id,), page)
        return Slice([DELIVERY_ROWS.load(row[:-1]) for row in rows.records], rows.precedes, rows.follows)
    if ("status", FAILED) in match:
        source += f" AND status = '{FAILED}'"  # a literal: with a parameter the partial index is not used
    condition = " AND ".join(f"{column} = ${number}" for number, (column, _) in enumerate(match, 2))
    rows = await filtered_slice_of(
        reader, DELIVERY_ROWS.columns, source, (app_id,), condition, tuple(value for _, value in match), page
    )
    return rows.holding([DELIVERY_ROWS.load(row) for row in rows.records])
