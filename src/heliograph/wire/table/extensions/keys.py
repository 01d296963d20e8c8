"""The API keys of an app, without their secrets."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.keys import KeyListResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import EXTENSION_APP, A

KEYS_TAG = "Keys"

# fmt: off
LIST_KEYS = Operation(
    "ListKeys", "GET", EXTENSION_APP / "keys", KEYS_TAG, A,
    "Lists the keys of an app without their secrets, and when each was last used. With a filter, lists those of one of "
    "its custom integrations.",
    body=NO_BODY, response=Json(KeyListResponse), errors=(errors.IntegrationNotFound, errors.NotACustomIntegration),
    filters=("integrationId",),
)
# fmt: on

OPERATIONS = operations_in(vars())
