"""The base classes of request bodies and responses, and the value types that they share.

The length limits are those of the schemas of the API document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import Meta, Raw, Struct

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

METADATA_BYTES = 4096


class Body(Struct, rename="camel", kw_only=True, omit_defaults=True, gc=False):
    """A JSON object of a request. Unknown keys are ignored, and null means absent unless a field says otherwise.

    The client does not send fields with their default value, so it sends null only where null has a meaning.
    """

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields. `given` is the JSON object, with values of any type."""
        return iter(())


class Response(Struct, rename="camel", kw_only=True, omit_defaults=True, gc=False):
    """A JSON object of a response or a webhook payload. A field that is None is left out, never null."""


def encoded(kind: TypeForm[T], json: Raw) -> T:
    """The JSON of a `kind`, typed as a `kind`. An object with this field is encoded with the JSON in its place.

    Rows store objects as JSON, which responses pass on without decoding it.
    """
    value: Any = json
    return value  # type: ignore[no-any-return]


DisplayName = Annotated[str, Meta(min_length=1, max_length=100)]
Description = Annotated[str, Meta(min_length=1, max_length=100)]
PersonName = Annotated[str, Meta(min_length=1, max_length=128)]
# In Python, unlike other languages that read these patterns, $ also matches before a newline at the end.
Email = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^@\s]+@[^@\s]+$(?!\n)")]
_URI = r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s]+$(?!\n)"
Uri = Annotated[str, Meta(min_length=1, max_length=2048, pattern=_URI)]
MediaUrl = Annotated[str, Meta(pattern=_URI)]
# Two adjacent repetitions of the same characters would take quadratic time to fail.
HttpUrl = Annotated[str, Meta(max_length=2048, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#][^\s]*$(?!\n)")]
Locale = Annotated[str, Meta(min_length=1, max_length=64)]
ExternalId = Annotated[str, Meta(min_length=1, max_length=1024)]
BrandId = Annotated[str, Meta(min_length=1, max_length=24)]
Time = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
        description="A time in UTC with milliseconds: `YYYY-MM-DDThh:mm:ss.SSSZ`.",
    ),
]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{24}$", description="24 lowercase hex characters, ascending in time.")]
NonEmpty = Annotated[str, Meta(min_length=1)]
Text = Annotated[str, Meta(max_length=4096)]
Label = Annotated[str, Meta(min_length=1, max_length=128)]
Caption = Annotated[str, Meta(max_length=128)]
Metadata = dict[str, str | int | float | bool | None]
"""Flat custom properties. In an update, a null value removes the property; elsewhere it is ignored."""
