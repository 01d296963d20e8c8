"""Apps, keys, users, clients, conversations, participants and events."""

from __future__ import annotations

from heliograph.storage.migrations.step import Step

STEP = Step(
    least_version=1,
    changes=(
        # Metadata of the database itself, such as its schema version, its number of buckets and its sandbox.
        "CREATE TABLE meta (name {text} PRIMARY KEY, value {text} NOT NULL)",
        # An app with deleted_at is hidden from all callers while its rows are being purged.
        """CREATE TABLE app (
        id {text} PRIMARY KEY, display_name {text} NOT NULL, settings {text} NOT NULL, metadata {text},
        requests_per_second {integer}, created_at {integer} NOT NULL, deleted_at {integer}
    )""",
        """CREATE TABLE api_key (
        id {text} PRIMARY KEY, app_id {text}, scope {text} NOT NULL, display_name {text} NOT NULL,
        secret {blob} NOT NULL, created_at {integer} NOT NULL
    )""",
        "CREATE INDEX api_key_of_app ON api_key (app_id, id)",
        """CREATE TABLE app_user (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL,
        external_id {text}, brand_id {text}, authenticated {integer} NOT NULL,
        signed_up_at {integer} NOT NULL, to_be_retained {integer}, profile {text} NOT NULL, metadata {text} NOT NULL,
        default_conversation_id {text}, created_at {integer} NOT NULL,
        PRIMARY KEY (bucket, app_id, id)
    ){clustered}""",
        # Without a brand, brand_id is '', because NULLs are never equal.
        """CREATE TABLE external_id (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, external_id {text} NOT NULL, brand_id {text} NOT NULL,
        user_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, external_id, brand_id)
    ){clustered}""",
        """CREATE TABLE client (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, user_id {text} NOT NULL, id {text} NOT NULL,
        type {text} NOT NULL, status {text} NOT NULL, integration_id {text}, external_id {text},
        last_seen {integer}, linked_at {integer}, display_name {text}, avatar_url {text}, info {text}, raw {text},
        PRIMARY KEY (bucket, app_id, user_id, id)
    ){clustered}""",
        # A user has at most one SDK client, which stands for all devices.
        "CREATE UNIQUE INDEX client_sdk ON client (bucket, app_id, user_id) WHERE type = 'sdk'",
        """CREATE TABLE conversation (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL,
        type {text} NOT NULL, is_default {integer} NOT NULL, participant_count {integer} NOT NULL,
        message_seq {integer} NOT NULL, last_updated_at {integer} NOT NULL, business_last_read {integer},
        display_name {text}, description {text}, icon_url {text}, metadata {text}, created_at {integer} NOT NULL,
        PRIMARY KEY (bucket, app_id, id)
    ){clustered}""",
        # The bucket is the conversation's. seen_seq is the conversation's message_seq up to which the user has read.
        """CREATE TABLE participant (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, conversation_id {text} NOT NULL, id {text} NOT NULL,
        user_id {text} NOT NULL, user_external_id {text}, client_associations {text} NOT NULL,
        seen_seq {integer} NOT NULL, last_read {integer},
        PRIMARY KEY (bucket, app_id, conversation_id, id)
    ){clustered}""",
        # The participants by user, in the bucket of the user. The key makes memberships unique.
        """CREATE TABLE membership (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, user_id {text} NOT NULL, conversation_id {text} NOT NULL,
        participant_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, user_id, conversation_id)
    ){clustered}""",
        # Events, in the order of commits. `members` are the [participant id, user id] pairs of a membership event; the
        # payload is stored as webhooks receive it.
        """CREATE TABLE event (
        bucket {integer} NOT NULL, id {text} NOT NULL, app_id {text} NOT NULL, type {text} NOT NULL,
        conversation_id {text}, user_id {text}, members {text}, key_id {text}, created_at {integer} NOT NULL,
        payload {text} NOT NULL,
        PRIMARY KEY (bucket, id)
    ){clustered}""",
    ),
)
