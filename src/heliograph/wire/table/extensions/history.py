"""Who joined and left conversations, and when."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.history import HistoryResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import BRAND, EXTENSION_CONVERSATION, EXTENSION_USER, A

HISTORY_TAG = "Membership history"

# fmt: off
LIST_CONVERSATION_HISTORY = Operation(
    "ListConversationHistory", "GET", EXTENSION_CONVERSATION / "history", HISTORY_TAG, A,
    "Lists who joined and left a conversation, oldest first, with the key and the request of each change. The history "
    "of a deleted conversation is kept.",
    body=NO_BODY, response=Json(HistoryResponse), errors=(errors.ConversationNotFound, errors.InvalidPage),
    paged=True, filters=("userId", "after", "before"),
)
LIST_USER_HISTORY = Operation(
    "ListUserHistory", "GET", EXTENSION_USER / "history", HISTORY_TAG, A,
    "Lists the conversations that a user joined and left, oldest first. That of a deleted user is found by the id.",
    body=NO_BODY, response=Json(HistoryResponse), errors=(errors.UserNotFound, errors.InvalidPage),
    paged=True, filters=("after", "before"), query=BRAND,
)
# fmt: on

OPERATIONS = operations_in(vars())
