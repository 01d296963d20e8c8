"""Query strings: `page` and `filter` in every encoding that clients of this API send.

These are `page[size]=10`, `page%5Bsize%5D=10`, and the JSON value `page={"size":10}` of the last official Python
client. A name with a dot may be nested: `filter[identities.email]` and `filter[identities][email]` are the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from heliograph.errors import BadRequest, InvalidPage
from heliograph.server.router import NEVER_FOUND
from heliograph.wire.operations import METADATA_FILTER_PREFIX, AnyOperation
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS

_PAGE = ("after", "before", "size")
_OPERATIONS = (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)
# ListApps does not offer a filter by service account, but it must not ignore one.
_FILTER = frozenset(("serviceAccountId", *(name for operation in _OPERATIONS for name in operation.filters)))

QUERY_LIMIT = 8192
"""The maximum number of bytes of a query string. Parsing a longer one would delay other requests."""
_SHOWN = 100
"""The number of characters of an unknown name that an error shows."""
INVALID_FILTER = "Invalid filter query parameters"


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a query string; those of `page` and `filter` by their names inside the brackets."""

    page: dict[str, str] = field(default_factory=dict)
    filter: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    """The plain parameters that are given more than once. Their last value counts."""
    unknown: list[str] = field(default_factory=list)
    """What `page` and `filter` have that no operation has, such as `filter[email]`."""


EMPTY = Query()


def parse_query(raw: bytes) -> Query:
    """Parse a query string.

    Raises:
        BadRequest: it is too long or not UTF-8, or its `page` or `filter` is not valid.
    """
    if not raw:
        return EMPTY
    if len(raw) > QUERY_LIMIT:
        raise BadRequest(f"Query string is limited to {QUERY_LIMIT} bytes")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise BadRequest("Query string is not valid UTF-8") from None
    query = Query()
    for name, text in pairs:
        # PostgreSQL rejects parameters that contain NUL.
        value = NEVER_FOUND if "\0" in text else text
        group, _, rest = name.partition("[")
        if group == "page":
            unknown = _put(query.page, _PAGE, rest, value, InvalidPage())
        elif group == "filter":
            unknown = _put(query.filter, _FILTER, rest, value, BadRequest(INVALID_FILTER))
        else:
            if name in query.plain:
                query.repeated.add(name)
            query.plain[name] = value
            continue
        query.unknown.extend(f"{group}[{one}]" for one in unknown)
    return query


def require_known(operation: AnyOperation, query: Query) -> None:
    """Require that an operation has the parameters of a query: a misspelt filter would select everything.

    Raises:
        BadRequest: it does not have one of them.
    """
    names = [f"page[{name}]" for name in query.page if not operation.paged]
    names += [f"filter[{name}]" for name in query.filter if not operation.has_filter(name)]
    names += [*query.unknown, *(name for name in query.plain if name not in operation.query)]
    if names:
        # PostgreSQL cannot store NUL, and titles of errors are recorded.
        shown = names[0][:_SHOWN].replace("\0", "\N{REPLACEMENT CHARACTER}")
        raise BadRequest(f"Unknown query parameter {shown}: this operation has {_parameters_of(operation)}")


def _parameters_of(operation: AnyOperation) -> str:
    filters = [*operation.filters, *([f"{METADATA_FILTER_PREFIX}KEY"] if operation.metadata_filter else [])]
    page = [f"page[{name}]" for name in _PAGE] if operation.paged else []
    return ", ".join([*page, *(f"filter[{name}]" for name in filters), *operation.query]) or "none"


def _put(parameters: dict[str, str], known: Collection[str], rest: str, value: str, refusal: BadRequest) -> list[str]:
    """Add `value` under the name in `rest` (`size]`), or, without a name, the members of the JSON object `value`.

    Returns the names that are not known, which are left out.
    """
    name = rest.removesuffix("]").replace("][", ".")
    given = {name: value} if rest.endswith("]") else _members(rest, value, refusal)
    unknown = []
    for name, member in given.items():
        if not (name in known or (known is _FILTER and name.startswith(METADATA_FILTER_PREFIX))):
            if not isinstance(member, dict):  # the members of an object have names of their own
                unknown.append(name)
        elif member is not None:
            if name in parameters or not isinstance(member, str | int) or isinstance(member, bool):
                raise refusal
            parameters[name] = str(member)
    return unknown


def _members(rest: str, value: str, refusal: BadRequest) -> dict[str, Any]:
    if rest:
        raise refusal
    try:
        members = msgspec.json.decode(value, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise refusal from None
    nested = [(name, inner) for name, inner in members.items() if isinstance(inner, dict)]
    return members | {f"{name}.{key}": value for name, inner in nested for key, value in inner.items()}
