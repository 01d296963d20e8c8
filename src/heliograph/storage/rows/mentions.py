"""Rows that mention a person, by the ids of the user: no index finds them, so all rows of an app are examined."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw, Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows.erasures import ErasureState
from heliograph.storage.rows.event_records import RECORD_ROWS, StoredRecord
from heliograph.storage.rows.log_rows import EVENT_ROWS, StoredEvent

_PAYLOADS = ("payload", "full_payload", "full_source", "members")
_MESSAGE_KEY = ("bucket", "app_id", "conversation_id", "id")


class ExaminedMessage(Struct, frozen=True):
    """A message; `shown` is None if it does not mention the person."""

    conversation_id: str
    id: str
    shown: Raw | None


class ExaminedEvent(Struct, frozen=True):
    """An event, and whether it mentions the person. The fields are the selected columns, in this order."""

    bucket: int
    id: str
    app_id: str
    type: str
    conversation_id: str | None
    user_id: str | None
    mentions: int
    """1 if it mentions the person, otherwise 0."""

    def concerns(self, subject: ErasureState) -> bool:
        """Whether the event is about the person, or mentions the person."""
        if self.conversation_id is None:
            return self.user_id in subject.user_ids
        return self.mentions == 1 or self.conversation_id in subject.conversation_ids


class ExaminedDelivery(Struct, frozen=True):
    """A delivery with its event."""

    bucket: int
    id: str
    lane: str
    event_id: str
    event_type: str


class ExaminedRequest(Struct, frozen=True):
    """The texts of a recorded request."""

    id: str
    path: str
    sent: str
    received: str


def _mention(columns: Sequence[str], texts: Sequence[str], first: int) -> str:
    """The condition that one of the columns contains one of the texts, which are the parameters from `first` on."""
    # SQLite and PostgreSQL have no function in common that finds a text in another one.
    return " OR ".join(
        f"replace({column}, ${number}, '') <> {column}" for column in columns for number, _ in enumerate(texts, first)
    )


async def messages(
    reader: Reader, app_id: str, bucket: int, after: tuple[str, str], texts: Sequence[str], limit: int
) -> list[ExaminedMessage]:
    """The next messages of the app in a bucket after a (conversation id, message id)."""
    rows = await reader.rows(
        f"SELECT conversation_id, id, CASE WHEN {_mention(['shown'], texts, 6)} THEN shown END FROM message "
        "WHERE bucket = $1 AND app_id = $2 AND (conversation_id, id) > ($3, $4) ORDER BY conversation_id, id LIMIT $5",
        bucket, app_id, *after, limit, *texts,
    )  # fmt: skip
    return [ExaminedMessage(row[0], row[1], None if row[2] is None else Raw(row[2])) for row in rows]


async def messages_with_attachments(
    reader: Reader, app_id: str, conversation_id: str, texts: Sequence[str]
) -> list[str]:
    """The ids of the messages of a conversation that show an attachment and mention one of the texts."""
    rows = await reader.rows(
        "SELECT DISTINCT u.message_id FROM attachment_use AS u JOIN message AS m ON m.app_id = u.app_id "
        "AND m.conversation_id = u.conversation_id AND m.id = u.message_id WHERE u.bucket = $1 AND m.bucket = $1 "
        f"AND u.app_id = $2 AND u.conversation_id = $3 AND ({_mention(['m.shown'], texts, 4)}) ORDER BY u.message_id",
        reader.bucket(conversation_id), app_id, conversation_id, *texts,
    )  # fmt: skip
    return [row[0] for row in rows]


async def get_messages(reader: Reader, app_id: str, keys: Sequence[tuple[str, str]]) -> list[tuple[str, str, Raw]]:
    """The (conversation id, id, JSON) of the messages with these (conversation id, id) that exist."""
    wanted = [(reader.bucket(where), app_id, where, id) for where, id in keys]
    rows = await reader.get_many("message", ("conversation_id", "id", "shown"), _MESSAGE_KEY, wanted)
    return [(row[0], row[1], Raw(row[2])) for row in rows]


async def set_messages(tx: Tx, app_id: str, changed: Sequence[tuple[str, str, Raw]], emptied: Sequence[bool]) -> None:
    """Store messages, given by conversation id, id and JSON. An emptied message loses its routing too."""
    for with_routing in (False, True):
        columns = ("shown", "routing") if with_routing else ("shown",)
        rows = [
            (bytes(shown).decode(), *([None] if with_routing else []), tx.bucket(where), app_id, where, id)
            for (where, id, shown), empty in zip(changed, emptied, strict=True)
            if empty == with_routing
        ]
        if rows:
            await tx.update("message", columns, _MESSAGE_KEY, rows)


async def events(reader: Reader, app_id: str, after: str, texts: Sequence[str], limit: int) -> list[ExaminedEvent]:
    """The next events of the app after an id. In a database with one bucket, events of all apps are included."""
    where = "bucket = 0 AND id > $1" if reader.single_writer else "app_id = $3 AND id > $1"
    mention = f"app_id = $3 AND ({_mention(_PAYLOADS, texts, 4)})"
    rows = await reader.rows(
        f"SELECT bucket, id, app_id, type, conversation_id, user_id, CASE WHEN {mention} THEN 1 ELSE 0 END "
        f"FROM event WHERE {where} ORDER BY id LIMIT $2",
        after, limit, app_id, *texts,
    )  # fmt: skip
    return [ExaminedEvent(*row) for row in rows]


async def stored_events(reader: Reader, app_id: str, keys: Sequence[tuple[int, str]]) -> list[StoredEvent]:
    """The events of the app with these (bucket, id)."""
    rows = await reader.get_many("event", EVENT_ROWS.columns, ("bucket", "id"), keys)
    return sorted((EVENT_ROWS.load(row) for row in rows), key=lambda one: one.id)


async def event_records(reader: Reader, app_id: str, keys: Sequence[tuple[int, str]]) -> list[StoredRecord]:
    """The events of the app with these (bucket, id), as operators see them."""
    rows = await reader.get_many("event", RECORD_ROWS.columns, ("bucket", "id"), keys)
    return sorted((RECORD_ROWS.load(row) for row in rows), key=lambda one: one.id)


async def set_events(tx: Tx, app_id: str, changed: Sequence[tuple[int, StoredEvent]]) -> None:
    """Store the users and payloads of events, each with its bucket."""
    columns = ("user_id", *_PAYLOADS)
    rows = [(*EVENT_ROWS.dump_columns(one, columns), bucket, one.id) for bucket, one in changed]
    await tx.update("event", columns, ("bucket", "id"), rows)


async def remove_events(tx: Tx, app_id: str, keys: Sequence[tuple[int, str]]) -> None:
    """Delete events, given by bucket and id."""
    await tx.delete("event", ("bucket", "id"), keys)


async def deliveries(reader: Reader, app_id: str, after: str, limit: int) -> list[ExaminedDelivery]:
    """The next deliveries of the app after an id."""
    rows = await reader.rows(
        "SELECT bucket, id, lane, event_id, event_type FROM delivery WHERE app_id = $1 AND id > $2 "
        "ORDER BY id LIMIT $3",
        app_id, after, limit,
    )  # fmt: skip
    return [ExaminedDelivery(*row) for row in rows]


async def mentioning(reader: Reader, app_id: str, keys: Sequence[tuple[int, str]], text: str) -> set[str]:
    """The ids of the events with these (bucket, id) that mention a text."""
    rows = await reader.get_many("event", ("id", *_PAYLOADS), ("bucket", "id"), keys)
    return {row[0] for row in rows if any(column is not None and text in column for column in row[1:])}


async def clear_attempts(tx: Tx, app_id: str, keys: Sequence[tuple[int, str]]) -> None:
    """Delete the responses of endpoints to deliveries, given by bucket and id."""
    await tx.update("attempt", ("answer",), ("bucket", "delivery_id"), [(None, *key) for key in keys])


async def remove_repetitions(tx: Tx, app_id: str, lane: str) -> None:
    """Delete the repetitions of the events of a lane."""
    await tx.execute(
        "DELETE FROM repetition WHERE bucket = $1 AND app_id = $2 AND lane = $3", tx.bucket(lane), app_id, lane
    )


async def requests(reader: Reader, app_id: str, after: str, limit: int) -> list[ExaminedRequest]:
    """The next recorded requests of the app after an id."""
    rows = await reader.rows(
        "SELECT id, path, sent, received FROM request WHERE bucket = $1 AND app_id = $2 AND id > $3 "
        "ORDER BY id LIMIT $4",
        reader.bucket(app_id), app_id, after, limit,
    )  # fmt: skip
    return [ExaminedRequest(*row) for row in rows]


async def remove_requests(tx: Tx, app_id: str, ids: Sequence[str]) -> None:
    """Delete recorded requests."""
    bucket = tx.bucket(app_id)
    await tx.delete("request", ("bucket", "app_id", "id"), [(bucket, app_id, id) for id in ids])


async def remove_outbound(tx: Tx, app_id: str, client_id: str) -> int:
    """Delete what the channel of a client would have been sent; returns the number of rows."""
    return await tx.execute("DELETE FROM outbound WHERE app_id = $1 AND client_id = $2", app_id, client_id)


async def support_users(
    reader: Reader, app_id: str, zendesk_id: str | None, external_id: str | None, emails: Sequence[str]
) -> list[str]:
    """The ids of the Support users of the app with one of these identifiers."""
    found = [("zendesk_id", zendesk_id), ("external_id", external_id), *(("lower(email)", one) for one in emails)]
    given = [(column, value) for column, value in found if value is not None]
    if not given:
        return []
    condition = " OR ".join(f"{column} = ${number}" for number, (column, _) in enumerate(given, 2))
    rows = await reader.rows(
        f"SELECT zendesk_id FROM support_user WHERE app_id = $1 AND ({condition})",
        app_id, *(value for _, value in given),
    )  # fmt: skip
    return [row[0] for row in rows]
