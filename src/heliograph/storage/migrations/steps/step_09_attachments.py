"""Attachments."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# The id of an attachment is the token in its URL, and determines the bucket of the attachment and its chunks.
STEP = Step(
    least_version=9,
    changes=(
        """CREATE TABLE attachment (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL, name {text} NOT NULL,
        media_type {text} NOT NULL, size {integer} NOT NULL, chunks {integer} NOT NULL, base {text} NOT NULL,
        for_message {integer} NOT NULL, uses {integer} NOT NULL, created_at {integer} NOT NULL,
        PRIMARY KEY (bucket, app_id, id)
    ){clustered}""",
        "CREATE UNIQUE INDEX attachment_token ON attachment (bucket, id)",
        # Rows are large, so they are not stored in the index of their key.
        """CREATE TABLE attachment_chunk (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, attachment_id {text} NOT NULL, number {integer} NOT NULL,
        data {blob} NOT NULL,
        PRIMARY KEY (bucket, app_id, attachment_id, number)
    )""",
        # The messages that show an attachment, in the bucket of their conversation.
        """CREATE TABLE attachment_use (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, conversation_id {text} NOT NULL, message_id {text} NOT NULL,
        attachment_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, conversation_id, message_id, attachment_id)
    ){clustered}""",
        # Files to delete: of uploads that have not finished, and of deleted attachments.
        "CREATE TABLE attachment_removal (id {text} PRIMARY KEY, app_id {text} NOT NULL, due_at {integer} NOT NULL)",
        "CREATE INDEX attachment_removal_due ON attachment_removal (due_at, id)",
    ),
)
