"""The type of an operation, a row of the table.

The router, the OpenAPI document and the client are built from the table, and tests iterate over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum, auto
from types import UnionType
from typing import Any, ClassVar, Generic, Literal, TypeVar

from msgspec import Struct

from heliograph.errors import ApiError
from heliograph.wire.base import Body, Response
from heliograph.wire.formats import Format
from heliograph.wire.paging import MAX_SIZE

P = TypeVar("P", bound=Struct, covariant=True)
B = TypeVar("B")
R = TypeVar("R")


Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
METADATA_FILTER_PREFIX = "metadata."
"""What the names of filters by metadata begin with; the key follows."""


class Scope(IntEnum):
    """The scope of a credential. Each scope includes the lower ones."""

    INTEGRATION = 1
    APP = 2
    ACCOUNT = 3

    @property
    def label(self) -> str:
        """The name in the API document: `integration`, `app` or `account`."""
        return self.name.lower()


class Credential(Enum):
    """The use of the `Authorization` header by an operation."""

    REQUIRED = auto()
    OPTIONAL = auto()
    """The header may be absent. A credential must be valid and have the scope of the operation."""
    IGNORED = auto()


SCOPES = {scope.label: scope for scope in Scope}


EXTENSION_PREFIX = "/heliograph/"
_KEYED_PATHS = ("/v2/", EXTENSION_PREFIX)

SECRET = ("secret",)
"""The secret fields in responses of operations with keys and webhooks."""

BodyType = type[Body] | UnionType
"""The type of a body: a struct, or a union of structs tagged by the field `type`."""
ResponseType = type[Response] | type[dict[str, Any]]
"""The type of a response: a struct, or any JSON object if a third-party channel defines it."""


class PathTemplate(Struct, Generic[P], frozen=True):
    """A path with `{parameters}`, and the type of their values: a struct with a field for each, in this order."""

    text: str
    values: type[P]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(segment[1:-1] for segment in self.text.split("/") if segment.startswith("{"))

    def fill(self, *values: str) -> str:
        """The path with these values, which are not encoded."""
        return self.text.format_map(dict(zip(self.names, values, strict=True)))

    def __truediv__(self, segments: str) -> PathTemplate[P]:
        """A path below this one without further parameters, such as `CONVERSATION / "join"`."""
        return PathTemplate(f"{self.text}/{segments}", self.values)


class Operation(Struct, Generic[P, B, R], frozen=True):
    """One operation of the API.

    Its types are those of the values in its path, of its body, and of what its handler returns: `JOIN_CONVERSATION` is
    an `Operation[ConversationPath, ParticipantJoinBody, ParticipantResponse]`.

    `scope` is the lowest scope that may call it, with a credential. A `paged` one lists up to `largest_page` records.

    `filters` are the inner names of its `filter` parameter; exactly one is required if `one_filter` is set. `query` are
    the names of its other query parameters, and `required` the required ones among them. `headers` are the names of its
    header parameters, and `response_headers` those of headers of its responses.
    """

    is_sandbox_tool: ClassVar[bool] = False

    name: str
    method: Method
    template: PathTemplate[P]
    tag: str
    scope: Scope
    about: str
    body: Format[B]
    response: Format[R]
    status: int = 200
    errors: tuple[type[ApiError], ...] = ()
    paged: bool = False
    largest_page: int = MAX_SIZE
    last_page_first: bool = False
    """Whether a request without a cursor returns the last page, and the page size is fixed."""
    filters: tuple[str, ...] = ()
    one_filter: bool = False
    metadata_filter: bool = False
    """Whether a key of metadata can be a filter: `metadata.` and the key."""
    query: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    credential: Credential = Credential.REQUIRED
    reveals_secrets: tuple[str, ...] = ()
    """The names of fields and headers in the response that have secrets, in lower case."""
    aliases: tuple[str, ...] = ()
    """Other paths at which the server offers the operation, with the same parameters."""
    repeatable: bool = False
    """Whether a POST can be sent again without an idempotency key, because a second one changes nothing."""
    recorded: bool = True
    """Whether requests are recorded, on a server that records requests. Recording those by which the console shows an
    app would displace the requests that it shows."""
    stored_afterwards: bool = False
    """Whether the response to a request with an idempotency key is stored in a transaction after its changes, because
    these are not one transaction."""

    @property
    def path(self) -> str:
        """The path with its parameters in braces, as the API document writes it."""
        return self.template.text

    @property
    def is_extension(self) -> bool:
        """Whether the official API lacks the operation."""
        return self.path.startswith(EXTENSION_PREFIX)

    def has_filter(self, name: str) -> bool:
        """Whether the operation has a filter with this inner name."""
        return name in self.filters or (self.metadata_filter and name.startswith(METADATA_FILTER_PREFIX))

    @property
    def takes_key(self) -> bool:
        """Whether a request may have an idempotency key, under which its response is stored."""
        return (
            self.method != "GET"
            and self.path.startswith(_KEYED_PATHS)
            and not self.body.is_stream
            and not self.response.is_stream
        )


class SandboxTool(Operation[P, B, R], Generic[P, B, R], frozen=True):
    """An operation of the sandbox tools.

    It changes memory, the clock or files, which no transaction includes. Rules of chaos do not disturb it, and the
    newest requests of the app do not include it.
    """

    is_sandbox_tool = True

    recorded: bool = False
    stored_afterwards: bool = True


AnyOperation = Operation[Any, Any, Any]


def operations_in(module: Mapping[str, object]) -> tuple[AnyOperation, ...]:
    """The operations among the names of a module, in the order of their definition."""
    return tuple(value for value in module.values() if isinstance(value, Operation))
