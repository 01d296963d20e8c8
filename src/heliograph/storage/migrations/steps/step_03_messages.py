"""Messages."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=3,
    changes=(
        # The bucket is the conversation's. `shown` is the message as responses show it, as JSON; `routing` are the
        # fields of the request that responses do not show.
        """CREATE TABLE message (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, conversation_id {text} NOT NULL, id {text} NOT NULL,
        shown {text} NOT NULL, routing {text},
        PRIMARY KEY (bucket, app_id, conversation_id, id)
    ){clustered}""",
        # The number of messages that exist. message_seq counts all messages that were ever posted. Those up to
        # floor_seq were deleted together, so they are not unread.
        "ALTER TABLE conversation ADD COLUMN message_count {integer} NOT NULL DEFAULT 0",
        "ALTER TABLE conversation ADD COLUMN floor_seq {integer} NOT NULL DEFAULT 0",
    ),
)
