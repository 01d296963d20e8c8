"""The operations of this server that are not in the API document, below `/heliograph/v1`."""

from __future__ import annotations

from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.extensions import (
    app_contents,
    bulk,
    deliveries,
    end_users,
    history,
    imports,
    keys,
    memberships,
    oauth,
    people,
    recorded_requests,
)

EXTENSIONS: tuple[AnyOperation, ...] = (
    *deliveries.OPERATIONS,
    *recorded_requests.OPERATIONS,
    *keys.OPERATIONS,
    *app_contents.OPERATIONS,
    *memberships.OPERATIONS,
    *bulk.OPERATIONS,
    *history.OPERATIONS,
    *imports.OPERATIONS,
    *end_users.OPERATIONS,
    *oauth.OPERATIONS,
    *people.OPERATIONS,
)
