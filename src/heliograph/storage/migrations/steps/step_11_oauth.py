"""OAuth clients, codes, and the calls about removed integrations."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=11,
    changes=(
        # The partners; `redirect_uris` is a JSON array.
        """CREATE TABLE oauth_client (
        id {text} PRIMARY KEY, display_name {text} NOT NULL, redirect_uris {text} NOT NULL, remove_url {text},
        secret {blob} NOT NULL, created_at {integer} NOT NULL
    )""",
        # Authorization codes, by their digest. They are few and short-lived.
        """CREATE TABLE oauth_code (
        digest {text} PRIMARY KEY, client_id {text} NOT NULL, app_id {text} NOT NULL, redirect_uri {text} NOT NULL,
        expires_at {integer} NOT NULL
    )""",
        "CREATE INDEX oauth_code_of_client ON oauth_code (client_id)",
        "CREATE INDEX oauth_code_of_app ON oauth_code (app_id, client_id)",
        "CREATE INDEX oauth_code_expiry ON oauth_code (expires_at)",
        "CREATE INDEX integration_unlisted ON integration (type, app_id, id) WHERE listed = 0",
        # The calls that report to a partner that its integration was removed from an app.
        """CREATE TABLE removal_call (
        id {text} PRIMARY KEY, app_id {text} NOT NULL, integration_id {text} NOT NULL, url {text} NOT NULL,
        tries {integer} NOT NULL, due_at {integer} NOT NULL
    )""",
        "CREATE INDEX removal_call_due ON removal_call (due_at, id)",
    ),
)
