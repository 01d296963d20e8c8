"""The two kinds of JSON object, and the value types that several of them share.

The length limits are those of the API document's schemas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import Meta, Raw, Struct

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

METADATA_BYTES = 4096


class Body(Struct, rename="camel", kw_only=True, omit_defaults=True):
    """A JSON object that a caller sends. Unknown keys are ignored; null means absent unless a field says otherwise.

    A field at its default is not sent, so null goes out only where it means something.
    """

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """What is wrong between the fields, a title each. `given` is the object as JSON; its fields may be anything."""
        return iter(())


class Response(Struct, rename="camel", kw_only=True, omit_defaults=True):
    """A JSON object that the server sends. A field that is None is left out, never null."""


def encoded(kind: TypeForm[T], json: Raw) -> T:
    """JSON of a `kind` where type checkers see a `kind`: an object that holds it is encoded with the JSON in its place.

    Rows hold objects as JSON, and responses pass it on without decoding it.
    """
    value: Any = json
    return value  # type: ignore[no-any-return]


DisplayName = Annotated[str, Meta(min_length=1, max_length=100)]
Description = Annotated[str, Meta(min_length=1, max_length=100)]
PersonName = Annotated[str, Meta(min_length=1, max_length=128)]
# In Python $ also matches before a newline at the end; in the other languages that read the patterns it does not.
Email = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^@\s]+@[^@\s]+$(?!\n)")]
_URI = r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s]+$(?!\n)"
Uri = Annotated[str, Meta(min_length=1, max_length=2048, pattern=_URI)]
MediaUrl = Annotated[str, Meta(pattern=_URI)]
# Two repetitions of the same characters, one after the other, would take quadratic time to fail.
HttpUrl = Annotated[str, Meta(max_length=2048, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#][^\s]*$(?!\n)")]
Locale = Annotated[str, Meta(min_length=1, max_length=64)]
ExternalId = Annotated[str, Meta(min_length=1, max_length=1024)]
BrandId = Annotated[str, Meta(min_length=1, max_length=24)]
Time = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
        description="A moment in UTC with milliseconds: `YYYY-MM-DDThh:mm:ss.SSSZ`.",
    ),
]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{24}$", description="24 lowercase hex characters, ascending in time.")]
NonEmpty = Annotated[str, Meta(min_length=1)]
Text = Annotated[str, Meta(max_length=4096)]
Label = Annotated[str, Meta(min_length=1, max_length=128)]
Caption = Annotated[str, Meta(max_length=128)]
Metadata = dict[str, str | int | float | bool | None]
"""Flat custom properties; a null value stands for no property (or, in an update, for removing it)."""
