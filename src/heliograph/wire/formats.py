"""How values cross HTTP: the formats of request bodies and of responses.

A row of the table names a format for its body and one for its response. The server finds by it how to read the body and
how to send the response, the OpenAPI document gets its media types from it, and the client encodes by it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from msgspec import Struct

from heliograph.wire.base import Response

if TYPE_CHECKING:
    from typing_extensions import TypeForm  # infers unions too, which `type[T]` does not

T = TypeVar("T")


class Format(Struct, Generic[T], frozen=True):
    """How a value crosses HTTP. `T` is the value as handlers take it from the request, or return it."""

    media_type: ClassVar[str]

    kind: Any
    """The type of the value on the wire. None if nothing is on the wire, and there is no media type either."""


class NoBody(Format[None], frozen=True):
    """No body. Requests that have one all the same are read to the end, and it is ignored."""


class Json(Format[T], Generic[T], frozen=True):
    """JSON of the type `kind`: one struct, or a union of structs that a tag tells apart."""

    media_type = "application/json"

    kind: TypeForm[T]
    optional: bool = False
    """Whether a request without a body means the same as one with an empty object. Otherwise it is refused."""


class Multipart(Format[T], Generic[T], frozen=True):
    """`multipart/form-data` with a part for each field of `kind`."""

    media_type = "multipart/form-data"

    kind: type[T]


class Redirect(Format[str], frozen=True):
    """A redirect. Handlers return its target."""


class EventStream(Format[AsyncGenerator[bytes, None]], frozen=True):
    """Server-sent events, whose data is JSON of the type `kind`. Handlers return a generator of encoded events."""

    media_type = "text/event-stream"

    kind: type[Response]


NO_BODY = NoBody(None)
REDIRECT = Redirect(None)
