"""The formats of request bodies and responses.

A row of the table has a format for its body and one for its response. It determines how the server reads the body and
sends the response, how the client encodes the body, and the media types of the OpenAPI document.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Body, Response

if TYPE_CHECKING:
    from typing_extensions import TypeForm  # unlike `type[T]`, it also infers unions

T = TypeVar("T")

LINES = "application/x-ndjson"
"""The media type of NDJSON, an object in each line."""


class Format(Struct, Generic[T], frozen=True):
    """The format of a body or a response. `T` is the type of the value that handlers receive or return."""

    media_type: ClassVar[str]
    other_media_types: ClassVar[tuple[str, ...]] = ()
    """Media types in which a body may be sent as well."""

    kind: Any
    """The type of the value on the wire. None for formats without a body, which have no media type."""

    @property
    def kinds(self) -> tuple[Any, ...]:
        """All types that the value may have, the most common one first."""
        return () if self.kind is None else (self.kind,)


class NoBody(Format[None], frozen=True):
    """No body. The body of a request is read and ignored."""


class Json(Format[T], Generic[T], frozen=True):
    """JSON of the type `kind`, a struct or a tagged union of structs."""

    media_type = "application/json"

    kind: TypeForm[T]
    optional: bool = False
    """Whether a request without a body means an empty object. Otherwise it is an error."""
    limit: int | None = None
    """The greatest number of bytes of a body; None for the limit of the API document."""


class Progress(Protocol):
    """A response that says whether the work of its request is finished."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""


F = TypeVar("F", bound=Progress)


class JsonOrAccepted(Json[F], Generic[F], frozen=True):
    """JSON of a response that says by `is_finished` whether the work is finished. The status is 202 if it is not."""


class JsonOrForm(Json[T], Generic[T], frozen=True):
    """JSON of the type `kind`, or the same fields as a form. The type must have fields with text only."""

    other_media_types = ("application/x-www-form-urlencoded",)

    invalid: type[BadRequest] = BadRequest
    """The error for a body that is not valid."""


class Rows(Format[AsyncGenerator[list[T], None]], Generic[T], frozen=True):
    """A JSON array of objects of the type `kind`, or one object in each line. Handlers receive the objects in lists, as
    they arrive, with all rules of the type checked."""

    media_type = "application/json"
    other_media_types = (LINES,)

    kind: type[T]
    most: int
    """The greatest number of objects."""

    @property
    def kinds(self) -> tuple[Any, ...]:
        """The type of the array, and that of a line."""
        return (list[self.kind], self.kind)  # type: ignore[name-defined]


class FilePart(ABC):
    """The file of a multipart body, while it arrives."""

    filename: str | None = None
    content_type: str | None = None

    @abstractmethod
    def chunks(self) -> AsyncIterator[bytes]:
        """The content, in pieces of any size."""


class Multipart(Format[FilePart], frozen=True):
    """`multipart/form-data` with a part for each field of `kind`, which has one. Handlers receive the file in it."""

    media_type = "multipart/form-data"

    kind: type[Body]


class Redirect(Format[str], frozen=True):
    """A redirect. Handlers return its URL, in ASCII. The body repeats it as text."""

    media_type = "text/plain"


class Bytes(Format[AsyncGenerator[bytes, None]], frozen=True):
    """A file, as it is. Handlers receive or return its content in chunks of any size."""

    media_type = "application/octet-stream"


class EventStream(Format[AsyncGenerator[bytes, None]], frozen=True):
    """Server-sent events with JSON of the type `kind` or one of the `others` as data. Handlers return a generator of
    encoded events."""

    media_type = "text/event-stream"

    kind: type[Response]
    others: tuple[type[Response], ...] = ()

    @property
    def kinds(self) -> tuple[type[Response], ...]:
        """All types of data."""
        return (self.kind, *self.others)


class Lines(Struct):
    """The objects of a response: all of them as lines of NDJSON, or the last one as JSON."""

    objects: AsyncGenerator[Response, None]
    all: bool


class JsonOrLines(Format[Lines], frozen=True):
    """JSON of the type `kind`, the last object that a handler yields, or NDJSON with all of them, also of the types
    `others`.

    An ApiError before the first object is an ordinary error response. Later it is the last line, an `ErrorLine`.
    """

    media_type = "application/json"
    other_media_types = (LINES,)

    kind: type[Response]
    others: tuple[type[Response], ...] = ()

    @property
    def kinds(self) -> tuple[type[Response], ...]:
        """All types of lines."""
        return (self.kind, *self.others)


class JsonLines(Format[AsyncGenerator[bytes, None]], frozen=True):
    """JSON of the type `kind` or one of the `others`, one object in each line. Handlers return a generator of encoded
    lines."""

    media_type = LINES

    kind: type[Response]
    others: tuple[type[Response], ...] = ()

    @property
    def kinds(self) -> tuple[type[Response], ...]:
        """All types of lines."""
        return (self.kind, *self.others)


NO_BODY = NoBody(None)
REDIRECT = Redirect(None)
FILE = Bytes(None)
