"""Many changes of the membership of a conversation in one request."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.bulk import (
    MOST_MEMBERS,
    BulkParticipantsBody,
    BulkParticipantsResponse,
    MembersProgress,
    MembersSummary,
)
from heliograph.wire.formats import Json, JsonOrLines, Rows
from heliograph.wire.lines import ErrorLine
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.participants import ParticipantJoinBody
from heliograph.wire.paths import EXTENSION_CONVERSATION, A
from heliograph.wire.table.extensions.memberships import MEMBERSHIPS_TAG

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
REPLACE_PARTICIPANTS = Operation(
    "ReplaceParticipants", "PUT", EXTENSION_CONVERSATION / "participants", MEMBERSHIPS_TAG, A,
    "Makes up to 100,000 users the participants of an sdkGroup conversation: the others leave, those who are missing "
    "join. With `dryRun`, nothing changes. With `If-Match`, it is refused if the membership has another version. A "
    "client that accepts `application/x-ndjson` gets a line after each transaction, and the summary in the last line. "
    "What is done stays done if it is interrupted, and another call completes it.",
    body=Rows(ParticipantJoinBody, MOST_MEMBERS), response=JsonOrLines(MembersSummary, (MembersProgress, ErrorLine)),
    errors=(
        errors.TooManyParticipants, errors.ConversationNotFound, errors.UserNotFound, errors.PreconditionFailed,
    ),
    query=("dryRun",), headers=("If-Match",), response_headers=("ETag",),
)
# fmt: on

OPERATIONS = operations_in(vars())
