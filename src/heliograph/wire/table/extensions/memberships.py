"""The members of a conversation."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.members import LARGEST_PAGE, MemberListResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import EXTENSION_CONVERSATION, A

MEMBERSHIPS_TAG = "Memberships"

# fmt: off
LIST_MEMBERS = Operation(
    "ListMembers", "GET", EXTENSION_CONVERSATION / "participants", MEMBERSHIPS_TAG, A,
    "Lists the participants of a conversation with the times at which they joined, in the order of joining; up to "
    "1,000 on a page.",
    body=NO_BODY, response=Json(MemberListResponse), errors=(errors.ConversationNotFound, errors.InvalidPage),
    paged=True, largest_page=LARGEST_PAGE,
)
# fmt: on

OPERATIONS = operations_in(vars())
