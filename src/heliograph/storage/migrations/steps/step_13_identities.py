"""Ids of Support users and email addresses of users."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

# Ids of Support users and email addresses, each of one user of a brand. Without a brand, brand_id is ''.
STEP = Step(
    least_version=13,
    changes=(
        "ALTER TABLE app_user ADD COLUMN zendesk_id {text}",
        "ALTER TABLE app_user ADD COLUMN identities {text} NOT NULL DEFAULT '[]'",
        """CREATE TABLE identifier (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, kind {text} NOT NULL, value {text} NOT NULL,
        brand_id {text} NOT NULL, user_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, kind, value, brand_id)
    ){clustered}""",
        """CREATE TABLE support_user (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, zendesk_id {text} NOT NULL, external_id {text}, email {text},
        given_name {text}, surname {text}, brand_id {text},
        PRIMARY KEY (bucket, app_id, zendesk_id)
    ){clustered}""",
    ),
)
