"""The schema, as a list of migration steps. A released step never changes.

Keys begin with the bucket, followed by the app: see Tables in ARCHITECTURE.md. No key column is ever updated, and there
are no triggers, stored procedures or foreign keys across buckets, so that the tables can be distributed over machines.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from itertools import chain

from heliograph.errors import UsageError
from heliograph.storage.engine import Dialect, Reader, Tx
from heliograph.storage.rows.users import LONGEST_KEY_BYTES, external_key

Change = str | Callable[[Tx], Awaitable[None]]
"""A statement, or a function where no statement works on both engines."""

_FIRST = (
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
)

# Not less than any id in the conversation, so that ids ascend even if the clocks of several processes differ.
_NEWEST_ID = ("ALTER TABLE conversation ADD COLUMN newest_id {text}",)

_MESSAGES = (
    # The bucket is the conversation's. `shown` is the message as responses show it, as JSON; `routing` are the
    # fields of the request that responses do not show.
    """CREATE TABLE message (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, conversation_id {text} NOT NULL, id {text} NOT NULL,
        shown {text} NOT NULL, routing {text},
        PRIMARY KEY (bucket, app_id, conversation_id, id)
    ){clustered}""",
    # The number of messages that exist. message_seq counts all messages that were ever posted. Those up to floor_seq
    # were deleted together, so they are not unread.
    "ALTER TABLE conversation ADD COLUMN message_count {integer} NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN floor_seq {integer} NOT NULL DEFAULT 0",
)

# Integrations and webhooks are few, so they have no bucket. A delivery is in the bucket of its event.
_WEBHOOKS = (
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
    # The number of the transaction that wrote the event, by which the stream reads: see Delivery in ARCHITECTURE.md.
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
)

# The pending deliveries of a webhook by due time, so that deliveries that are not due are not read.
_DUE = (
    "DROP INDEX delivery_pending",
    "CREATE INDEX delivery_due ON delivery (webhook_id, due_at, event_id) WHERE status = 'pending'",
)


async def _shorten_keys(tx: Tx) -> None:
    """Shorten the keys of long external ids."""
    columns = ("bucket", "app_id", "external_id", "brand_id", "user_id")
    rows = await tx.rows(
        f"SELECT {', '.join(columns)} FROM external_id WHERE length(external_id) > $1", LONGEST_KEY_BYTES // 4
    )
    long = [row for row in rows if len(row[2].encode()) > LONGEST_KEY_BYTES]
    await tx.delete("external_id", columns[:4], [tuple(row[:4]) for row in long])
    short = [(row[1], external_key(row[2]), *row[3:]) for row in long]
    await tx.insert("external_id", columns, [(tx.bucket(*row[:2]), *row) for row in short])


# The table external_id has the keys, and app_user the external ids themselves.
_SHORT_KEYS = (_shorten_keys,)

# Every query finds its rows by an index, regardless of the size of an app or the database.
_SELECTIVE = (
    "DROP INDEX api_key_of_app",
    "CREATE INDEX api_key_of_app ON api_key (app_id, integration_id, id)",
    "CREATE INDEX app_deleted ON app (deleted_at) WHERE deleted_at IS NOT NULL",
    # Failed deliveries are few, and the ones that people search for.
    "CREATE INDEX delivery_failed ON delivery (app_id, id) WHERE status = 'failed'",
)

# A switchboard is one row with its integrations, because each read of a conversation needs all of it.
_SWITCHBOARDS = (
    "CREATE TABLE switchboard (id {text} NOT NULL, app_id {text} PRIMARY KEY, state {text} NOT NULL){clustered}",
    "ALTER TABLE conversation ADD COLUMN active_id {text}",
    "ALTER TABLE conversation ADD COLUMN pending_id {text}",
    # Integrations of types that the API document does not have are not listed.
    "ALTER TABLE integration ADD COLUMN listed {integer} NOT NULL DEFAULT 1",
)

# The id of an attachment is the token in its URL, and determines the bucket of the attachment and its chunks.
_ATTACHMENTS = (
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
)

_DEVICES = (
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
)

_OAUTH = (
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
)

# `address` is the phone number or email address of a client in the form in which addresses are compared, and `link`
# the link request that created the client.
_LINKING = (
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
    # What third-party channels would have been sent. The bucket is the conversation's; `tx` is that of events.
    """CREATE TABLE outbound (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, id {text} NOT NULL, conversation_id {text} NOT NULL,
        client_id {text} NOT NULL, kind {text} NOT NULL, content {text} NOT NULL, created_at {integer} NOT NULL,
        tx {integer} NOT NULL DEFAULT {transaction},
        PRIMARY KEY (bucket, id)
    ){clustered}""",
    "CREATE INDEX outbound_of_app ON outbound (app_id, id)",
    "CREATE INDEX outbound_of_conversation ON outbound (bucket, app_id, conversation_id, id)",
    "CREATE INDEX outbound_of_client ON outbound (app_id, client_id, id)",
)

# Ids of Support users and email addresses, each of one user of a brand. Without a brand, brand_id is ''.
_IDENTITIES = (
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
)

# Described in storage/rows/inactivity.py. Of all messages of a conversation, only the first one changes the index.
_INACTIVITY = (
    "CREATE TABLE inactivity_limit (app_id {text} PRIMARY KEY, milliseconds {integer}, wall {integer}, age {integer})",
    *(f"ALTER TABLE conversation ADD COLUMN {name} {{integer}}" for name in ("checked_at", "idle_since", "idle_seq")),
    "UPDATE conversation SET checked_at = -9007199254740992 WHERE message_count > 0",
    "CREATE INDEX conversation_checked_at ON conversation (app_id, checked_at) WHERE checked_at IS NOT NULL",
)

STEPS: tuple[tuple[Change, ...], ...] = (
    _FIRST,
    _NEWEST_ID,
    _MESSAGES,
    _WEBHOOKS,
    _DUE,
    _SHORT_KEYS,
    _SELECTIVE,
    _SWITCHBOARDS,
    _ATTACHMENTS,
    _DEVICES,
    _OAUTH,
    _LINKING,
    _IDENTITIES,
    _INACTIVITY,
)
LATEST = len(STEPS)


def tables() -> list[str]:
    """The names of all tables."""
    statements = [change for change in chain(*STEPS) if isinstance(change, str)]
    return [found[1] for statement in statements if (found := re.match(r"CREATE TABLE (\w+)", statement))]


async def version(reader: Reader, *, table_exists: bool) -> int:
    """The schema version of the database; 0 for an empty one."""
    if not table_exists:
        return 0
    row = await reader.get("meta", ("value",), ("name",), ("schema_version",))
    return int(row[0]) if row else 0


async def migrate(tx: Tx, dialect: Dialect, present: int, buckets: int) -> None:
    """Run the missing steps.

    Raises:
        UsageError: the database has a newer schema version than this program.
    """
    if present > LATEST:
        raise UsageError(
            f"the database has schema version {present}, and this version of Heliograph knows versions up to {LATEST}: "
            "it was used by a newer Heliograph. Upgrade Heliograph, or use another database."
        )
    for step in STEPS[present:]:
        for change in step:
            await (tx.execute(change.format(**asdict(dialect))) if isinstance(change, str) else change(tx))
    if present == 0:
        await tx.execute("INSERT INTO meta (name, value) VALUES ('buckets', $1)", str(buckets))
        await tx.execute("INSERT INTO meta (name, value) VALUES ('schema_version', $1)", str(LATEST))
    elif present < LATEST:
        await tx.execute("UPDATE meta SET value = $1 WHERE name = 'schema_version'", str(LATEST))
