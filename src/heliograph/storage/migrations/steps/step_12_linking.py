"""Clients of third-party channels, and the messages that these would have been sent."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# `address` is the phone number or email address of a client in the form in which addresses are compared, and `link`
# the link request that created the client.
STEP = Step(
    least_version=12,
    changes=(
        "ALTER TABLE client ADD COLUMN address {text}",
        "ALTER TABLE client ADD COLUMN link {text}",
        "CREATE UNIQUE INDEX client_of_address ON client (bucket, app_id, user_id, integration_id, address) "
        "WHERE address IS NOT NULL",
        "CREATE INDEX client_of_integration ON client (app_id, integration_id) "
        "WHERE integration_id IS NOT NULL AND status <> 'inactive'",
        # The client that is linked to an address of an integration: at most one of all users.
        """CREATE TABLE linked_address (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, integration_id {text} NOT NULL, address {text} NOT NULL,
        user_id {text} NOT NULL, client_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, integration_id, address)
    ){clustered}""",
        # What third-party channels would have been sent. The bucket is the conversation's; `tx` is as in events.
        """CREATE TABLE outbound (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL, conversation_id {text} NOT NULL,
        client_id {text} NOT NULL, kind {text} NOT NULL, content {text} NOT NULL, created_at {integer} NOT NULL,
        tx {integer} NOT NULL DEFAULT {transaction},
        PRIMARY KEY (bucket, id)
    ){clustered}""",
        "CREATE INDEX outbound_of_app ON outbound (app_id, id)",
        "CREATE INDEX outbound_of_conversation ON outbound (bucket, app_id, conversation_id, id)",
        "CREATE INDEX outbound_of_client ON outbound (app_id, client_id, id)",
    ),
)
