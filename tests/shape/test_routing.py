"""Every statement of storage names the bucket of its tables, or has a reason to visit all of them.

On a distributed database, other statements would be refused, or visit all machines.
"""

from __future__ import annotations

import pytest

from heliograph.storage.engine import Lock
from heliograph.storage.postgres import statements as keyed
from tests.cases import each
from tests.rendering import Statement, statements
from tests.routing import buckets, refused, unnamed

LOOKED_UP = "the caller names neither a conversation nor a user; such calls are rare"
ONCE = "the command runs without a server, and reads everything"
EXPORT = "the export of a sandbox"
PERSON = "the export and the erasure of a person examine all rows of an app"
FOUND = "the caller searches an app for an id or a name"
LISTED = "a list of a whole app"
SPREAD_OUT = {
    "clients.of_integration": "the deletion of an integration affects clients of all users",
    "history.page_of_user": "the history of a user is in the buckets of the conversations",
    "devices.deactivate": "the deletion of an integration affects devices of all users",
    "deliveries.get": LOOKED_UP,
    "deliveries.get_many": LOOKED_UP,
    "deliveries.page": LOOKED_UP,
    "event_records.page": LOOKED_UP,
    "event_records.get": FOUND,
    "event_records.conversation_of": FOUND,
    "event_records.newest_of_conversations": LISTED,
    "conversations.named": FOUND,
    "conversations.page": LISTED,
    "users.page": LISTED,
    "outbound.page": LOOKED_UP,
    "inactivity.checked_before": "the maintenance of apps with a limit of inactivity, a few times within the limit",
    "users.of_app": EXPORT,
    "conversations.of_app": EXPORT,
    "outbox.newest": "the newest event of an app, for a sandbox",
    "outbox.after": "the events of an app, for tests",
    "mentions.deliveries": PERSON,
    "history.replace_user": PERSON,
    "mentions.remove_outbound": PERSON,
    "mentions.support_users": PERSON,
    "retention.buckets": "the hourly maintenance of a database that is not distributed",
    "stream.start": "the schema step that starts the stream",
    "stream.rows_after": "the stream covers a whole app",
    "activity_stream.is_behind": "the stream covers a whole app",
    "stream.changed_apps": "the streams cover whole apps",
    "repetitions._between": "the stream covers a whole app",
    "repetitions.changed_apps": "the streams cover whole apps",
    "copying._chunk": ONCE,
    "copying._count": ONCE,
    "copying._first": ONCE,
    "copying._repeated": ONCE,
}
"""The functions whose statements visit all shards, each with the reason."""

ACCEPTED = SPREAD_OUT.keys() - {"retention.buckets"}
"""The functions whose statements a distributed database accepts."""

RENDERED = statements()
TYPES = ("bigint", "text", "text")
MATCH = ("bucket", "app_id", "id")


def test_many_statements_are_rendered() -> None:
    assert len(RENDERED) > 200
    assert not [one for one in RENDERED if "…" in one.sql.split()[:1]]


@each(sorted({one.function for one in RENDERED}))
def test_statements_name_their_buckets(function: str) -> None:
    missing = [one.sql for one in RENDERED if one.function == function and unnamed(one.sql)]
    assert bool(missing) == (function in SPREAD_OUT), missing


def test_every_exception_is_a_function() -> None:
    assert SPREAD_OUT.keys() <= {one.function for one in RENDERED}


@each([one for one in RENDERED if one.function in ACCEPTED], lambda one: one.function)
def test_statements_for_all_shards_are_accepted(one: Statement) -> None:
    assert unnamed(one.sql) == [] or refused(one.sql) is None


@pytest.mark.parametrize("size", [1, 4, 16])
def test_sets_of_keys_name_their_buckets(size: int) -> None:
    for lock in Lock:
        read = keyed.get_many("conversation", ("type",), MATCH, TYPES, lock, size, True)
        assert (unnamed(read), len(buckets(read, range(100)))) == ([], size)
    changed = keyed.update("conversation", ("type",), MATCH, ("text", *TYPES), size, True)
    assert (unnamed(changed), len(buckets(changed, range(100)))) == ([], size)
    deleted = keyed.delete("conversation", MATCH, TYPES, size, True)
    assert (unnamed(deleted), len(buckets(deleted, range(100)))) == ([], size)
    inserted = keyed.insert("conversation", MATCH, size)
    assert (unnamed(inserted), len(buckets(inserted, range(100)))) == ([], size)


@pytest.mark.parametrize(
    ("sql", "missing", "reason"),
    [
        ("SELECT id FROM event WHERE app_id = $1", ["event"], None),
        ("SELECT id FROM event AS e WHERE e.bucket = $1", [], None),
        ("SELECT 1 FROM event AS e JOIN delivery AS d ON d.bucket = e.bucket WHERE e.bucket = $1", ["delivery"], None),
        ("SELECT id FROM app_user WHERE id = $1 FOR NO KEY UPDATE", ["app_user"], "locked rows"),
        ("SELECT id, EXISTS (SELECT 1 FROM event) FROM app", ["event"], "EXISTS in a target list"),
        ("INSERT INTO event (bucket, id) SELECT bucket, id FROM event", ["event"], "INSERT ... SELECT"),
        ("WITH RECURSIVE a (id) AS (SELECT id FROM event) SELECT id FROM a", ["event"], "a recursive query"),
        ("UPDATE event SET payload = $1 WHERE id IN (SELECT $2)", ["event"], None),
        ("SELECT id FROM webhook", [], None),
        (
            "SELECT b FROM generate_series(0, 9) AS b WHERE (SELECT 1 FROM event WHERE bucket = b LIMIT 1) = 1",
            ["event"],
            "a subquery for each row of a function",
        ),
    ],
)
def test_the_checks_find_missing_buckets_and_refusals(sql: str, missing: list[str], reason: str | None) -> None:
    assert (unnamed(sql), refused(sql)) == (missing, reason)
