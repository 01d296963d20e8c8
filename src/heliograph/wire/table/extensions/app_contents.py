"""Lists of the users and conversations of an app, and the search in it."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.finding import FindResponse
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.listings import (
    CONVERSATION_FILTERS,
    USER_FILTERS,
    AppUserListResponse,
    ConversationSummaryListResponse,
    ConversationSummaryResponse,
)
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import (
    EXTENSION_APP,
    EXTENSION_CONVERSATION,
    A,
)

CONTENTS_TAG = "App contents"

# fmt: off
LIST_APP_USERS = Operation(
    "ListAppUsers", "GET", EXTENSION_APP / "users", CONTENTS_TAG, A,
    "Lists the users of an app, newest first; with `filter[ids]` those with up to 100 ids, in the order of the ids. "
    "Ids of no user are left out. One other filter selects users by the beginning of a name, by external id, by a "
    "key of their metadata, or the members of a conversation.",
    body=NO_BODY, response=Json(AppUserListResponse), errors=(errors.InvalidPage, errors.ConversationNotFound),
    paged=True, filters=("ids", *USER_FILTERS), metadata_filter=True, query=("sort",), recorded=False,
)
LIST_APP_CONVERSATIONS = Operation(
    "ListAppConversations", "GET", EXTENSION_APP / "conversations", CONTENTS_TAG, A,
    "Lists the conversations of an app with their counts and newest messages, newest first. With `sort=activity`, it "
    "lists those with an event among the newest 2,000, the one with the newest event first. One filter selects "
    "conversations by the beginning of their name, by a key of their metadata, or those of a user.",
    body=NO_BODY, response=Json(ConversationSummaryListResponse), errors=(errors.InvalidPage, errors.UserNotFound),
    paged=True, filters=CONVERSATION_FILTERS, metadata_filter=True, query=("sort",), recorded=False,
)
GET_APP_CONVERSATION = Operation(
    "GetAppConversation", "GET", EXTENSION_CONVERSATION, CONTENTS_TAG, A,
    "Fetches a conversation with its counts and its newest message.",
    body=NO_BODY, response=Json(ConversationSummaryResponse), errors=(errors.ConversationNotFound,), recorded=False,
)
FIND = Operation(
    "Find", "GET", EXTENSION_APP / "find", CONTENTS_TAG, A,
    "Finds up to 10 records of an app by an exact id, external id, email address, Zendesk id or request id, and "
    "conversations by the beginning of their names.",
    body=NO_BODY, response=Json(FindResponse), errors=(errors.BadRequest,), query=("q",), required=("q",),
    recorded=False,
)
# fmt: on

OPERATIONS = operations_in(vars())
