"""Many changes of the membership of a conversation in one request."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.bulk import BulkParticipantsBody, BulkParticipantsResponse
from heliograph.wire.formats import Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import EXTENSION_CONVERSATION, A

MEMBERSHIPS_TAG = "Memberships"
_BULK_BYTES = 1 << 20
"""Room for 1,000 long external ids."""

# fmt: off
BULK_PARTICIPANTS = Operation(
    "BulkParticipants", "POST", EXTENSION_CONVERSATION / "participants/bulk", MEMBERSHIPS_TAG, A,
    "Adds and removes up to 1,000 participants of an sdkGroup conversation, in order, with a result for each. With "
    "`atomic`, the first refusal undoes everything, and its status and item are those of the response.",
    body=Json(BulkParticipantsBody, limit=_BULK_BYTES), response=Json(BulkParticipantsResponse),
    errors=(errors.TooManyParticipants, errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember),
)
# fmt: on

OPERATIONS = operations_in(vars())
