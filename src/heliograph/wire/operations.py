"""What an operation is, and the table of all of them.

The router mounts the table, the OpenAPI document is rendered from it, and the tests iterate over it.
"""

from __future__ import annotations

from enum import IntEnum
from types import UnionType
from typing import Any

from msgspec import Struct

from heliograph.errors import ApiError
from heliograph.wire.base import Answer, Body


class Scope(IntEnum):
    """How far a credential reaches; each scope may do all that the ones below it may."""

    INTEGRATION = 1
    APP = 2
    ACCOUNT = 3

    @property
    def label(self) -> str:
        """The word of the API document: `integration`, `app` or `account`."""
        return self.name.lower()


SCOPES = {scope.label: scope for scope in Scope}


BodyType = type[Body] | UnionType
"""The type of a body, or those of the kinds of one that its field `type` tells apart."""
AnswerType = type[Answer] | type[dict[str, Any]]
"""The type of an answer; a plain object where only a third-party channel knows what is in it."""


class Operation(Struct, frozen=True):
    """One operation of the API.

    `scope` is the least that may call it. An operation without an `answer` answers with a redirection.

    `filters` are the inner names of its `filter` parameter; exactly one is to be given if `one_filter`, else any.
    `query` are the names of its other query parameters, and `required` those of them that must be given; `headers` are
    the names of those that it reads as parameters.
    """

    name: str
    method: str
    path: str
    tag: str
    scope: Scope
    answer: AnswerType | None = None
    about: str = ""
    body: BodyType | None = None
    multipart: bool = False
    """Whether the body is `multipart/form-data`, a part for each field, and not JSON."""
    body_optional: bool = False
    """Whether a request without a body means the same as one with an empty object; otherwise it is refused."""
    status: int = 200
    errors: tuple[type[ApiError], ...] = ()
    paged: bool = False
    last_page_first: bool = False
    """Whether a list without a cursor is its last page, and every page has as many records as the API document says."""
    filters: tuple[str, ...] = ()
    one_filter: bool = False
    query: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    streamed: bool = False
    """Whether it answers with server-sent events, and the answer is the type of their data."""
    offered: bool = True
    """Whether this server carries it out; if not, it says so."""
