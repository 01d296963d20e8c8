"""Integrations, webhooks and deliveries."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Integrations and webhooks are few, so they have no bucket. A delivery is in the bucket of its event.
STEP = Step(
    least_version=4,
    changes=(
        """CREATE TABLE integration (
        id {text} PRIMARY KEY, app_id {text} NOT NULL, type {text} NOT NULL, display_name {text},
        settings {text} NOT NULL, created_at {integer} NOT NULL
    )""",
        "CREATE INDEX integration_of_app ON integration (app_id, id)",
        """CREATE TABLE webhook (
        id {text} PRIMARY KEY, app_id {text} NOT NULL, integration_id {text} NOT NULL, target {text} NOT NULL,
        triggers {text} NOT NULL, secret {blob} NOT NULL, include_full_user {integer} NOT NULL,
        include_full_source {integer} NOT NULL, created_at {integer} NOT NULL
    )""",
        "CREATE INDEX webhook_of_app ON webhook (app_id, id)",
        "ALTER TABLE api_key ADD COLUMN integration_id {text}",
        # The payload with the full user, if a webhook asks for it and it differs.
        "ALTER TABLE event ADD COLUMN full_payload {text}",
        # The number of the transaction that wrote the event, by which the stream read at first (decisions/0015-stream).
        "ALTER TABLE event ADD COLUMN tx {integer} NOT NULL DEFAULT {transaction}",
        # With one bucket the key has this order, and without the index each commit writes one page less.
        "{where_many}CREATE INDEX event_of_app ON event (app_id, tx, id)",
        # The deliveries of a lane, which is a conversation or a user, are sent one after the other. `tries` counts the
        # attempts since the delivery or its last manual retry, `attempts` all of them.
        """CREATE TABLE delivery (
        bucket {integer} NOT NULL, id {text} NOT NULL, app_id {text} NOT NULL, webhook_id {text} NOT NULL,
        event_id {text} NOT NULL, event_type {text} NOT NULL, lane {text} NOT NULL, in_full {integer} NOT NULL,
        status {text} NOT NULL, tries {integer} NOT NULL, attempts {integer} NOT NULL, due_at {integer} NOT NULL,
        created_at {integer} NOT NULL, settled_at {integer},
        PRIMARY KEY (bucket, id)
    ){clustered}""",
        # The pending deliveries of a webhook in their order, and those of a lane, to find the first one.
        "CREATE INDEX delivery_pending ON delivery (webhook_id, event_id) WHERE status = 'pending'",
        "CREATE INDEX delivery_lane ON delivery (bucket, lane, webhook_id, event_id) WHERE status = 'pending'",
        "CREATE INDEX delivery_of_app ON delivery (app_id, id)",
        """CREATE TABLE attempt (
        bucket {integer} NOT NULL, delivery_id {text} NOT NULL, number {integer} NOT NULL, app_id {text} NOT NULL,
        lane {text} NOT NULL, started_at {integer} NOT NULL, milliseconds {integer} NOT NULL, status {integer},
        error {text}, answer {text},
        PRIMARY KEY (bucket, delivery_id, number)
    ){clustered}""",
        # The process that delivers the deliveries of a range of buckets. A live holder increments `beat`.
        "CREATE TABLE lease (name {text} PRIMARY KEY, owner {text} NOT NULL, beat {integer} NOT NULL)",
    ),
)
