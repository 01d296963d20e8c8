"""THE table: one row for each of the 68 operations of version 17.12.1 of the API document.

One row reads as one line of a table: name, method, path, tag, scope, answer, then what it does.
"""

from __future__ import annotations

from heliograph.wire.operations import Operation
from heliograph.wire.table.v2 import apps, conversations, integrations, oauth, users

OPERATIONS: tuple[Operation, ...] = (
    *apps.OPERATIONS,
    *conversations.OPERATIONS,
    *integrations.OPERATIONS,
    *users.OPERATIONS,
    *oauth.OPERATIONS,
)
