"""Query strings: `page` and `filter` in every encoding that clients of this API send.

These are `page[size]=10`, `page%5Bsize%5D=10`, and the JSON value `page={"size":10}` of the last official Python
client. A name with a dot may be nested: `filter[identities.email]` and `filter[identities][email]` are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from heliograph.errors import BadRequest, InvalidPage
from heliograph.server.router import NEVER_FOUND
from heliograph.wire.operations import METADATA_FILTER_PREFIX

# Other names are ignored.
_PAGE = frozenset(("after", "before", "size"))
_FILTER = frozenset(
    (
        "userId", "userExternalId", "serviceAccountId", "types", "status", "webhookId", "conversationId", "clientId",
        "identities.email", "path", "eventId", "eventType", "operation", "type", "requestId", "keyId",
        "ids", "unread", "joinedAfter", "joinedBefore", "after", "before", "name", "externalId", "integrationId",
    )
)  # fmt: skip

QUERY_LIMIT = 8192
"""The maximum number of bytes of a query string. Parsing a longer one would delay other requests."""
INVALID_FILTER = "Invalid filter query parameters"


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a query string; those of `page` and `filter` by their names inside the brackets."""

    page: dict[str, str] = field(default_factory=dict)
    filter: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    """The plain parameters that are given more than once. Their last value counts."""


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
            _put(query.page, _PAGE, rest, value, InvalidPage())
        elif group == "filter":
            _put(query.filter, _FILTER, rest, value, BadRequest(INVALID_FILTER))
        else:
            if name in query.plain:
                query.repeated.add(name)
            query.plain[name] = value
    return query


def _put(parameters: dict[str, str], known: frozenset[str], rest: str, value: str, refusal: BadRequest) -> None:
    """Add `value` under the name in `rest` (`size]`), or, without a name, the members of the JSON object `value`."""
    name = rest.removesuffix("]").replace("][", ".")
    given = {name: value} if rest.endswith("]") else _members(rest, value, refusal)
    for name, member in given.items():
        if member is None or not (name in known or (known is _FILTER and name.startswith(METADATA_FILTER_PREFIX))):
            continue
        if name in parameters or not isinstance(member, str | int) or isinstance(member, bool):
            raise refusal
        parameters[name] = str(member)


def _members(rest: str, value: str, refusal: BadRequest) -> dict[str, Any]:
    if rest:
        raise refusal
    try:
        members = msgspec.json.decode(value, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise refusal from None
    nested = [(name, inner) for name, inner in members.items() if isinstance(inner, dict)]
    return members | {f"{name}.{key}": value for name, inner in nested for key, value in inner.items()}
