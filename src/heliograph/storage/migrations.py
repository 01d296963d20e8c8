"""The schema, as the steps that lead to it. A step that has shipped is never changed; a new one is added.

Keys begin with the bucket and then the app: see Tables in ARCHITECTURE.md. No key column is ever updated, and nothing
here is a trigger, a stored procedure or a foreign key across bucket groups, so that the same tables can be distributed.
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
"""A statement, or what no statement can do on both engines."""

_FIRST = (
    # Facts about the database itself: how many buckets, which sandbox, which master key fits.
    "CREATE TABLE meta (name {text} PRIMARY KEY, value {text} NOT NULL)",
    # A row with deleted_at is an app that is gone for every caller, and whose rows are still being purged.
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
    # The brand is '' where there is none: NULLs would never be equal.
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
    # One SDK client stands for all of a user's devices, so there is never a second.
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
    # The same fact from the user's side, in the user's bucket; its key is what makes a membership unique.
    """CREATE TABLE membership (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, user_id {text} NOT NULL, conversation_id {text} NOT NULL,
        participant_id {text} NOT NULL,
        PRIMARY KEY (bucket, app_id, user_id, conversation_id)
    ){clustered}""",
    # What happened, in the order of commits. `members` are the [participant id, user id] pairs that a membership
    # event is about; the payload is the webhook's, byte for byte as it will be sent.
    """CREATE TABLE event (
        bucket {integer} NOT NULL, id {text} NOT NULL, app_id {text} NOT NULL, type {text} NOT NULL,
        conversation_id {text}, user_id {text}, members {text}, key_id {text}, created_at {integer} NOT NULL,
        payload {text} NOT NULL,
        PRIMARY KEY (bucket, id)
    ){clustered}""",
)

# Not smaller than any id in the conversation, so that several processes keep ids ascending whatever their clocks say.
_NEWEST_ID = ("ALTER TABLE conversation ADD COLUMN newest_id {text}",)

_MESSAGES = (
    # The bucket is the conversation's. `shown` is the JSON of the message, byte for byte as answers show it; `routing`
    # what the caller asked for beside it, which no answer shows.
    """CREATE TABLE message (
        bucket {integer} NOT NULL, app_id {text} NOT NULL, conversation_id {text} NOT NULL, id {text} NOT NULL,
        shown {text} NOT NULL, routing {text},
        PRIMARY KEY (bucket, app_id, conversation_id, id)
    ){clustered}""",
    # How many messages there are now. message_seq counts those that there ever were, and up to floor_seq they were
    # deleted all together: nobody has any of those to read.
    "ALTER TABLE conversation ADD COLUMN message_count {integer} NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN floor_seq {integer} NOT NULL DEFAULT 0",
)

# Integrations and webhooks are few, so they are in no bucket. What is to be delivered lies in the bucket of its event.
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
    # The payload with everything about the user in it, where a webhook asks for that and it makes a difference.
    "ALTER TABLE event ADD COLUMN full_payload {text}",
    # The number of the transaction that wrote it: whoever reads events as they come follows it, see ARCHITECTURE.md.
    "ALTER TABLE event ADD COLUMN tx {integer} NOT NULL DEFAULT {transaction}",
    # With one bucket the key itself has this order, and a page less is touched by each commit.
    "{where_many}CREATE INDEX event_of_app ON event (app_id, tx, id)",
    # Deliveries of one lane, a conversation or a user, are made one after the other. `tries` are the attempts since it
    # was last asked for, `attempts` all of them.
    """CREATE TABLE delivery (
        bucket {integer} NOT NULL, id {text} NOT NULL, app_id {text} NOT NULL, webhook_id {text} NOT NULL,
        event_id {text} NOT NULL, event_type {text} NOT NULL, lane {text} NOT NULL, in_full {integer} NOT NULL,
        status {text} NOT NULL, tries {integer} NOT NULL, attempts {integer} NOT NULL, due_at {integer} NOT NULL,
        created_at {integer} NOT NULL, settled_at {integer},
        PRIMARY KEY (bucket, id)
    ){clustered}""",
    # A webhook's pending deliveries in their order; and those of a lane, to see which is the first.
    "CREATE INDEX delivery_pending ON delivery (webhook_id, event_id) WHERE status = 'pending'",
    "CREATE INDEX delivery_lane ON delivery (bucket, lane, webhook_id, event_id) WHERE status = 'pending'",
    "CREATE INDEX delivery_of_app ON delivery (app_id, id)",
    """CREATE TABLE attempt (
        bucket {integer} NOT NULL, delivery_id {text} NOT NULL, number {integer} NOT NULL, app_id {text} NOT NULL,
        lane {text} NOT NULL, started_at {integer} NOT NULL, milliseconds {integer} NOT NULL, status {integer},
        error {text}, answer {text},
        PRIMARY KEY (bucket, delivery_id, number)
    ){clustered}""",
    # Who delivers what is in a range of buckets. `beat` is raised by a holder that is alive.
    "CREATE TABLE lease (name {text} PRIMARY KEY, owner {text} NOT NULL, beat {integer} NOT NULL)",
)

# A webhook's pending deliveries by when they are due: what waits for later, however much, is not looked at.
_DUE = (
    "DROP INDEX delivery_pending",
    "CREATE INDEX delivery_due ON delivery (webhook_id, due_at, event_id) WHERE status = 'pending'",
)


async def _shorten_keys(tx: Tx) -> None:
    """Replace the keys of long external ids that were stored whole."""
    columns = ("bucket", "app_id", "external_id", "brand_id", "user_id")
    rows = await tx.rows(
        f"SELECT {', '.join(columns)} FROM external_id WHERE length(external_id) > $1", LONGEST_KEY_BYTES // 4
    )
    long = [row for row in rows if len(row[2].encode()) > LONGEST_KEY_BYTES]
    await tx.delete("external_id", columns[:4], [tuple(row[:4]) for row in long])
    short = [(row[1], external_key(row[2]), *row[3:]) for row in long]
    await tx.insert("external_id", columns, [(tx.bucket(*row[:2]), *row) for row in short])


# The table external_id holds keys, and app_user the external ids themselves.
_SHORT_KEYS = (_shorten_keys,)

# Each statement finds its rows by an index, however many rows an app or the database has.
_SELECTIVE = (
    "DROP INDEX api_key_of_app",
    "CREATE INDEX api_key_of_app ON api_key (app_id, integration_id, id)",
    "CREATE INDEX app_deleted ON app (deleted_at) WHERE deleted_at IS NOT NULL",
    # Failed deliveries are few, and what people look for.
    "CREATE INDEX delivery_failed ON delivery (app_id, id) WHERE status = 'failed'",
)

STEPS: tuple[tuple[Change, ...], ...] = (_FIRST, _NEWEST_ID, _MESSAGES, _WEBHOOKS, _DUE, _SHORT_KEYS, _SELECTIVE)
LATEST = len(STEPS)


def tables() -> list[str]:
    """The names of all tables."""
    statements = [change for change in chain(*STEPS) if isinstance(change, str)]
    return [found[1] for statement in statements if (found := re.match(r"CREATE TABLE (\w+)", statement))]


async def version(reader: Reader, *, table_exists: bool) -> int:
    """How many steps the database has taken; 0 for an empty one."""
    if not table_exists:
        return 0
    row = await reader.get("meta", ("value",), ("name",), ("schema_version",))
    return int(row[0]) if row else 0


async def migrate(tx: Tx, dialect: Dialect, present: int, buckets: int) -> None:
    """Take the steps that are missing.

    Raises:
        UsageError: the database is of a newer version than this program knows.
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
