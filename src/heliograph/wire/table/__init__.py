"""The table of operations: a row for each of the 68 operations of version 17.12.1 of the API document.

The columns of a row are name, method, path, tag, scope, description, body and response.
"""

from __future__ import annotations

from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.v2 import apps, conversations, integrations, oauth, users

OPERATIONS: tuple[AnyOperation, ...] = (
    *apps.OPERATIONS,
    *conversations.OPERATIONS,
    *integrations.OPERATIONS,
    *users.OPERATIONS,
    *oauth.OPERATIONS,
)
