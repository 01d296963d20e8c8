"""The search terms of records: the names of users, metadata, and the ids of imported messages and participants.

A row has the kind of the term and the id of the record. The `value` of a name is its text in lower case, which is
searched by its beginning. The `term` of metadata is a digest of the key and the value, because both may be longer than
a key of an index. Only records with a name or with metadata have rows.

The keys of messages and participants begin with their conversation, so an imported one has a row whose `term` is its id
and whose `id` is the id of the conversation. The row stays when the record is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire.paging import Page, Slice

MetadataKind = Literal["conversation.metadata", "user.metadata"]
Term = tuple[Any, ...]
"""A row: the bucket, the app, the kind, the term, the value and the id."""

_NAME, _IMPORTED = "user.name", "imported"
_KEY = ("bucket", "app_id", "kind", "term", "value", "id")
_DIGEST_BYTES = 16
_EMPTY = b"{}"
_AFTER_EVERY_NAME = "\U0010ffff"


class _Names(Struct, rename="camel"):
    given_name: str | None = None
    surname: str | None = None


_decode_names = msgspec.json.Decoder(_Names).decode
_decode_metadata = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def of_user(reader: Reader, app_id: str, user_id: str, profile: Raw, metadata: Raw) -> set[Term]:
    """The terms of a user."""
    # Many users have neither a profile nor metadata. Creating such a user costs nothing more.
    found = set() if bytes(profile) == _EMPTY else _of_names(reader, app_id, user_id, _decode_names(profile))
    if bytes(metadata) != _EMPTY:
        found |= of_metadata(reader, "user.metadata", app_id, user_id, _decode_metadata(metadata))
    return found


def _of_names(reader: Reader, app_id: str, user_id: str, names: _Names) -> set[Term]:
    parts = [one for one in (names.given_name, names.surname) if one]
    bucket = reader.bucket(app_id, _NAME)
    return {(bucket, app_id, _NAME, "", lower(one), user_id) for one in {*parts, " ".join(parts)} if one}


def of_metadata(reader: Reader, kind: MetadataKind, app_id: str, id: str, metadata: dict[str, Any] | None) -> set[Term]:
    """The terms of the metadata of a record."""
    digests = [digest(key, text_of(value)) for key, value in (metadata or {}).items()]
    return {(reader.bucket(app_id, kind, one), app_id, kind, one, "", id) for one in digests}


def text_of(value: Any) -> str:
    """The value of metadata as the text by which it is searched: for a number or a boolean, its JSON."""
    return value if isinstance(value, str) else _encode(value).decode()


def digest(key: str, text: str) -> str:
    """The term of a key and a value of metadata."""
    return blake2b(_encode([key, text]), digest_size=_DIGEST_BYTES).hexdigest()


def lower(text: str) -> str:
    """The text with ASCII letters in lower case, like lower() of both engines."""
    return text.encode().lower().decode()


async def replace(tx: Tx, before: set[Term], after: set[Term]) -> None:
    """Replace the terms of records."""
    if before == after:
        return
    # In the order of the keys, so that concurrent transactions do not deadlock.
    await tx.delete("search_term", _KEY, sorted(before - after))
    await tx.insert("search_term", _KEY, sorted(after - before))


async def with_metadata(
    reader: Reader, app_id: str, kind: MetadataKind, key: str, text: str, page: Page, *, newest_first: bool
) -> Slice[str]:
    """A page of the ids of the records with this key and value, in the order of the ids or in the opposite one."""
    term = digest(key, text)
    rows = await slice_of(
        reader,
        ("id",),
        "search_term WHERE bucket = $1 AND app_id = $2 AND kind = $3 AND term = $4 AND value = ''",
        (reader.bucket(app_id, kind, term), app_id, kind, term),
        page,
        newest_first=newest_first,
    )
    return rows.holding([row[0] for row in rows.records])


async def named(reader: Reader, app_id: str, beginning: str, limit: int) -> list[str]:
    """The ids of users with a name that begins with a text, for up to `limit` names. The case of ASCII letters is
    ignored."""
    first = lower(beginning)
    rows = await reader.rows(
        "SELECT id FROM search_term WHERE bucket = $1 AND app_id = $2 AND kind = $3 AND term = '' "
        "AND value >= $4 AND value < $5 ORDER BY value, id LIMIT $6",
        reader.bucket(app_id, _NAME),
        app_id,
        _NAME,
        first,
        first + _AFTER_EVERY_NAME,
        limit,
    )
    return [row[0] for row in rows]


async def add_missing(tx: Tx, terms: Iterable[Term]) -> None:
    """Add the terms that do not exist yet. The transaction must have locked their records."""
    wanted = set(terms)
    known = {tuple(row) for row in await tx.get_many("search_term", _KEY, _KEY, sorted(wanted))}
    await replace(tx, known, known | wanted)


async def add_imported(tx: Tx, app_id: str, places: Iterable[tuple[str, str]]) -> None:
    """Store the conversations of imported records, given by conversation id and id. The conversations are locked."""
    terms = [(tx.bucket(app_id, _IMPORTED, id), app_id, _IMPORTED, id, "", where) for where, id in places]
    await add_missing(tx, terms)


async def conversations_of_imported(reader: Reader, app_id: str, id: str, limit: int) -> list[str]:
    """Up to `limit` conversations into which a record with this id was imported."""
    rows = await reader.rows(
        "SELECT id FROM search_term WHERE bucket = $1 AND app_id = $2 AND kind = $3 AND term = $4 ORDER BY id LIMIT $5",
        reader.bucket(app_id, _IMPORTED, id),
        app_id,
        _IMPORTED,
        id,
        limit,
    )
    return [row[0] for row in rows]
