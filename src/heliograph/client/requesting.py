"""Builds requests: from an operation and its arguments to a method, a path with a query, and a body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from heliograph.client import arguments
from heliograph.client.values import text_of
from heliograph.errors import InvalidArgument
from heliograph.wire.formats import Format, Json, Multipart, Rows
from heliograph.wire.operations import AnyOperation
from heliograph.wire.paging import Page
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS

Encoder = Callable[[Any, object, Mapping[str, Any]], tuple[bytes | None, str]]
"""Encodes a body of a type, which is given as a value or by its fields. Returns it with its content type."""

_JSON = Json.media_type

OPERATION = {one.name: one for one in (*OPERATIONS, *(each for each in EXTENSIONS if not each.response.is_stream))}
"""The operations of the API and of `/heliograph/v1` by name, except those that respond with a stream."""


class PreparedRequest(Struct, frozen=True):
    """A request of an operation that is ready to be sent, once for each attempt."""

    operation: AnyOperation
    target: str
    """The path below the base URL, with the query."""
    content: bytes | None
    content_type: str = _JSON


def build(
    operation: AnyOperation,
    path: tuple[str, ...],
    body: object = None,
    fields: Mapping[str, Any] | None = None,
    *,
    page: Page | Mapping[str, Any] | None = None,
    filters: Mapping[str, Any] | None = None,
    filter_fields: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
) -> PreparedRequest:
    """Build the request of an operation.

    Raises:
        InvalidArgument: an argument breaks a rule of the API.
    """
    pairs = arguments.page_pairs(operation, page)
    if operation.filters:
        pairs += arguments.filter_pairs(operation, filters, filter_fields or {})
    for name, value in (query or {}).items():
        if value is not None:
            pairs.append((name, _text(name, value)))
    given = {name for name, _ in pairs}
    if missing := [name for name in operation.required if name not in given]:
        raise InvalidArgument(f"{operation.name} requires {', '.join(missing)}")
    target = arguments.path_of(operation, path)
    if pairs:
        target += "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    encode = _ENCODERS.get(type(operation.body), _encode_json)
    return PreparedRequest(operation, target, *encode(operation.body.kind, body, fields or {}))


def _encode_json(kind: Any, body: object, fields: Mapping[str, Any]) -> tuple[bytes | None, str]:
    return arguments.encode_body(kind, body, fields), _JSON


def _encode_rows(kind: Any, body: object, fields: Mapping[str, Any]) -> tuple[bytes | None, str]:
    if not isinstance(body, Iterable):
        return _encode_json(kind, body, fields)
    return arguments.encode_rows(kind, body), _JSON


_ENCODERS: dict[type[Format[Any]], Encoder] = {
    Multipart: arguments.encode_parts,
    Rows: _encode_rows,
}
"""The encoders of bodies by format. Bodies in other formats are JSON."""


def _text(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text_of(value, name)
        case int():
            return int.__repr__(value)
    raise InvalidArgument(f"{name} should be text, a number or a boolean, not {value!r}")
