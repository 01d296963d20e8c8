"""What an operation is: the types of a row of the table.

The router mounts the table, the OpenAPI document is rendered from it, the client calls through it, and the tests
iterate over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import UnionType
from typing import Any, Generic, TypeVar

from msgspec import Struct

from heliograph.errors import ApiError
from heliograph.wire.base import Body, Response
from heliograph.wire.formats import Format

P = TypeVar("P", bound=Struct, covariant=True)
B = TypeVar("B")
R = TypeVar("R")


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
"""The type of a body; a union if the body's field `type` tells several kinds apart."""
ResponseType = type[Response] | type[dict[str, Any]]
"""The type of a response; a plain object where only a third-party channel knows what is in it."""


class PathTemplate(Struct, Generic[P], frozen=True):
    """A path with `{parameters}`, and the type of their values: a struct with a field for each, in the same order."""

    text: str
    values: type[P]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(segment[1:-1] for segment in self.text.split("/") if segment.startswith("{"))

    def __truediv__(self, segments: str) -> PathTemplate[P]:
        """The path of something below this one, without more parameters: `CONVERSATION / "join"`."""
        return PathTemplate(f"{self.text}/{segments}", self.values)


class Operation(Struct, Generic[P, B, R], frozen=True):
    """One operation of the API.

    Its types are those of the values in its path, of its body, and of what its handler returns: `JOIN_CONVERSATION` is
    an `Operation[ConversationPath, ParticipantJoinBody, ParticipantResponse]`.

    `scope` is the least that may call it.

    `filters` are the inner names of its `filter` parameter; exactly one is required if `one_filter` is set.
    `query` are the names of its other query parameters, and `required` those of them that are required; `headers` are
    the names of the headers that it reads as parameters.
    """

    name: str
    method: str
    template: PathTemplate[P]
    tag: str
    scope: Scope
    about: str
    body: Format[B]
    response: Format[R]
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
    offered: bool = True
    """Whether this server carries out the operation; if not, it responds with 404 and says so."""

    @property
    def path(self) -> str:
        """The path with its parameters in braces, as the API document writes it."""
        return self.template.text


AnyOperation = Operation[Any, Any, Any]


def operations_in(module: Mapping[str, object]) -> tuple[AnyOperation, ...]:
    """The operations among the names of a module, in the order of their definition."""
    return tuple(value for value in module.values() if isinstance(value, Operation))
