"""The members of a conversation, and the conversations that a user is in."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.members import LARGEST_PAGE, MemberListResponse
from heliograph.wire.memberships import MembershipListResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import BRAND, EXTENSION_CONVERSATION, EXTENSION_USER, A

MEMBERSHIPS_TAG = "Memberships"

# fmt: off
LIST_MEMBERS = Operation(
    "ListMembers", "GET", EXTENSION_CONVERSATION / "participants", MEMBERSHIPS_TAG, A,
    "Lists the participants of a conversation with the times at which they joined, in the order of joining; up to "
    "1,000 on a page. `include=total,user` adds their number and their users. With `at`, it lists those who were in "
    "the conversation at that time, also if it is deleted.",
    body=NO_BODY, response=Json(MemberListResponse), errors=(errors.ConversationNotFound, errors.InvalidPage),
    paged=True, largest_page=LARGEST_PAGE,
    filters=("userId", "userExternalId", "unread", "joinedAfter", "joinedBefore"), query=("sort", "include", "at"),
    response_headers=("ETag",),
)
LIST_MEMBERSHIPS = Operation(
    "ListMemberships", "GET", EXTENSION_USER / "memberships", MEMBERSHIPS_TAG, A,
    "Lists the conversations that a user is in with the numbers of unread messages, the one joined last first. With "
    "`sort=activity`, the one with the newest message is first. `include=unread` adds the number of all unread ones.",
    body=NO_BODY, response=Json(MembershipListResponse), errors=(errors.UserNotFound, errors.InvalidPage),
    paged=True, query=("sort", "include", *BRAND),
)
# fmt: on

OPERATIONS = operations_in(vars())
