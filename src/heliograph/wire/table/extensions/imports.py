"""Moving in from another server."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.formats import Json
from heliograph.wire.imports import IMPORT_BYTES, ImportBody, ImportResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import EXTENSION_APP, A

IMPORTS_TAG = "Imports"

# fmt: off
IMPORT_RECORDS = Operation(
    "ImportRecords", "POST", EXTENSION_APP / "import", IMPORTS_TAG, A,
    "Stores up to 500 records of another server with the ids and times that they have there: users, clients, devices, "
    "conversations, messages and participants. A record whose id exists is updated, so an import can be repeated. "
    "A record that is refused does not stop the others. No events are written, and no webhooks are called.",
    body=Json(ImportBody, limit=IMPORT_BYTES), response=Json(ImportResponse), errors=(errors.BadRequest,),
)
# fmt: on

OPERATIONS = operations_in(vars())
