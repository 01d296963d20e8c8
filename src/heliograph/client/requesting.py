"""Builds requests: from an operation and its arguments to a method, a path with a query, and a body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from heliograph.client import arguments
from heliograph.client.values import text_of
from heliograph.errors import InvalidArgument
from heliograph.wire.formats import Json, Multipart, Rows
from heliograph.wire.operations import AnyOperation
from heliograph.wire.paging import Page
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS

OPERATION = {one.name: one for one in (*OPERATIONS, *(each for each in EXTENSIONS if isinstance(each.response, Json)))}
"""The operations of the API and of `/heliograph/v1` by name, except those that respond with a stream."""


class PreparedRequest(Struct, frozen=True):
    """A request of an operation that is ready to be sent, once for each attempt."""

    operation: AnyOperation
    target: str
    """The path below the base URL, with the query."""
    content: bytes | None
    content_type: str = "application/json"


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
    if isinstance(operation.body, Multipart):
        return PreparedRequest(operation, target, *arguments.encode_parts(operation.body.kind, body, fields or {}))
    if isinstance(operation.body, Rows) and isinstance(body, Iterable):
        return PreparedRequest(operation, target, arguments.encode_rows(operation.body.kind, body))
    return PreparedRequest(operation, target, arguments.encode_body(operation.body.kind, body, fields or {}))


def _text(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text_of(value, name)
        case int():
            return int.__repr__(value)
    raise InvalidArgument(f"{name} should be text, a number or a boolean, not {value!r}")
