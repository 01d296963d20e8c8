"""The formats of request bodies and responses.

A row of the table has a format for its body and one for its response. The class of a format determines how the server
reads the body (`server/http/bodies.py`) and its digest (`server/http/digests.py`), how it sends the response
(`server/http/responses.py`), and how the client encodes the body (`client/requesting.py`). Everything else that depends
on the format, such as its part of the OpenAPI document, follows from attributes of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NewType, Protocol, TypeVar

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Body, Response

if TYPE_CHECKING:
    from typing_extensions import TypeForm  # unlike `type[T]`, it also infers unions

T = TypeVar("T")

LINES = "application/x-ndjson"
"""The media type of NDJSON, an object in each line."""

RedirectText = NewType("RedirectText", str)
"""The text in the body of a redirect."""


class Format(Struct, Generic[T], frozen=True):
    """The format of a body or a response. `T` is the type of the value that handlers receive or return."""

    media_type: ClassVar[str]
    is_json: ClassVar[bool] = False
    """Whether it is JSON of the type `kind`, which handlers receive or return as one value."""
    is_stream: ClassVar[bool] = False
    """Whether it has any length and is read or sent in parts, so that it is neither stored nor compared."""
    is_redirect: ClassVar[bool] = False
    """Whether the response is the URL in the header `Location`."""
    has_parts: ClassVar[bool] = False
    """Whether the body has a part for each field of `kind`."""
    viewers_may_read: ClassVar[bool] = False
    """Whether viewers of the console may read responses, because secrets in them are masked."""
    unfinished_status: ClassVar[int | None] = None
    """The status of a response to an operation that has not finished its work, if it can have one."""

    kind: Any
    """The type of the value on the wire. None for formats whose value is not described by a type."""

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """The types of the value by media type, the most common one of each first. A media type without types is for
        any bytes. Without a body, there are no media types."""
        return {self.media_type: (self.kind,)}

    @property
    def is_required(self) -> bool:
        """Whether a request without a body is an error."""
        return True

    @property
    def invalid_body(self) -> type[BadRequest]:
        """The error for a body that is not valid."""
        return BadRequest


class NoBody(Format[None], frozen=True):
    """No body. The body of a request is read and ignored."""

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """Nothing."""
        return {}


class Json(Format[T], Generic[T], frozen=True):
    """JSON of the type `kind`, a struct or a tagged union of structs."""

    media_type = "application/json"
    is_json = True
    viewers_may_read = True

    kind: TypeForm[T]
    optional: bool = False
    """Whether a request without a body means an empty object. Otherwise it is an error."""
    limit: int | None = None
    """The greatest number of bytes of a body; None for the limit of the API document."""

    @property
    def is_required(self) -> bool:
        """Whether a request without a body is an error."""
        return not self.optional


class Progress(Protocol):
    """A response that says whether the work of its request is finished."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""


F = TypeVar("F", bound=Progress)


class JsonOrAccepted(Json[F], Generic[F], frozen=True):
    """JSON of a response that says by `is_finished` whether the work is finished. The status is 202 if it is not."""

    unfinished_status = 202


class JsonOrForm(Json[T], Generic[T], frozen=True):
    """JSON of the type `kind`, or the same fields as a form. The type must have fields with text only."""

    invalid: type[BadRequest] = BadRequest

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """The type of the JSON and of the form."""
        return {self.media_type: (self.kind,), "application/x-www-form-urlencoded": (self.kind,)}

    @property
    def invalid_body(self) -> type[BadRequest]:
        """The error for a body that is not valid."""
        return self.invalid


class Rows(Format[AsyncGenerator[list[T], None]], Generic[T], frozen=True):
    """A JSON array of objects of the type `kind`, or one object in each line. Handlers receive the objects in lists, as
    they arrive, with all rules of the type checked."""

    media_type = "application/json"
    is_stream = True

    kind: type[T]
    most: int
    """The greatest number of objects."""

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """The type of the array, and that of a line."""
        return {self.media_type: (list[self.kind],), LINES: (self.kind,)}  # type: ignore[name-defined]


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
    has_parts = True

    kind: type[Body]


class Redirect(Format[str], frozen=True):
    """A redirect. Handlers return its URL, in ASCII. The body repeats it as text."""

    media_type = "text/plain"
    is_redirect = True

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """The text that repeats the URL."""
        return {self.media_type: (RedirectText,)}


class Bytes(Format[AsyncGenerator[bytes, None]], frozen=True):
    """A file, as it is. Handlers receive or return its content in chunks of any size."""

    media_type = "application/octet-stream"
    is_stream = True

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """Any bytes."""
        return {self.media_type: ()}


class EventStream(Format[AsyncGenerator[bytes, None]], frozen=True):
    """Server-sent events with JSON of the type `kind` or one of the `others` as data. Handlers return a generator of
    encoded events."""

    media_type = "text/event-stream"
    is_stream = True
    viewers_may_read = True

    kind: type[Response]
    others: tuple[type[Response], ...] = ()

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """All types of data."""
        return {self.media_type: (self.kind, *self.others)}


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
    is_stream = True

    kind: type[Response]
    others: tuple[type[Response], ...] = ()

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """The type of the last object, and all types of lines."""
        return {self.media_type: (self.kind,), LINES: (self.kind, *self.others)}


class JsonLines(Format[AsyncGenerator[bytes, None]], frozen=True):
    """JSON of the type `kind` or one of the `others`, one object in each line. Handlers return a generator of encoded
    lines."""

    media_type = LINES
    is_stream = True

    kind: type[Response]
    others: tuple[type[Response], ...] = ()

    @property
    def contents(self) -> dict[str, tuple[Any, ...]]:
        """All types of lines."""
        return {self.media_type: (self.kind, *self.others)}


NO_BODY = NoBody(None)
REDIRECT = Redirect(None)
FILE = Bytes(None)
