"""Devices."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=10,
    changes=(
        """CREATE TABLE device (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, user_id {text} NOT NULL, id {text} NOT NULL,
        guid {text} NOT NULL, type {text} NOT NULL, client_id {text} NOT NULL, integration_id {text} NOT NULL,
        status {text} NOT NULL, last_seen {integer} NOT NULL, push_notification_token {text}, info {text},
        app_version {text},
        PRIMARY KEY (bucket, app_id, user_id, id)
    ){clustered}""",
        "CREATE UNIQUE INDEX device_guid ON device (bucket, app_id, user_id, guid)",
        "CREATE INDEX device_of_integration ON device (app_id, integration_id)",
        # What webhooks with includeFullSource show of the client and the device.
        "ALTER TABLE event ADD COLUMN full_source {text}",
    ),
)
