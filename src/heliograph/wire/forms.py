"""The fields of forms and of form responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire.base import Body, Label, Response
from heliograph.wire.rules import distinct

FieldType = Literal["email", "select", "text"]
FieldFormat = Literal["integer", "decimal"]
FieldText = Annotated[str, Meta(min_length=1, max_length=256)]
FieldSize = Annotated[int, Meta(ge=1, le=256)]
MIN_SIZE, MAX_SIZE = 1, 128
"""The default limits of the length of a response to a text field."""


class OptionBody(Body):
    """An option of a field of type select."""

    name: Label | None = None
    label: Label | None = None


class FieldBody(Body):
    """The common fields of form fields and form response fields."""

    type: FieldType
    name: Label
    label: Label
    text: FieldText | None = None
    email: Label | None = None
    select: list[dict[str, Any]] | None = None
    format: FieldFormat | None = None


class FormMessageFieldBody(FieldBody):
    """A field for the user to fill in."""

    placeholder: Label | None = None
    min_size: FieldSize | None = None
    max_size: FieldSize | None = None
    options: Annotated[list[OptionBody], Meta(max_length=200)] | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        yield from distinct(given, "options", "name")
        sizes = [given.get("minSize"), given.get("maxSize")]
        least, most = (
            default if size is None else size for size, default in zip(sizes, (MIN_SIZE, MAX_SIZE), strict=True)
        )
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield f"should NOT have a minSize, {least}, above its maxSize, {most}"


class FormResponseMessageFieldBody(FieldBody):
    """A field as the user filled it in."""

    quoted_message_id: str | None = None


FormFieldBodies = Annotated[list[FormMessageFieldBody], Meta(min_length=1, max_length=20)]
FormResponseFieldBodies = Annotated[list[FormResponseMessageFieldBody], Meta(min_length=1, max_length=20)]


class Option(Response):
    """An option of a field of type select."""

    name: str | None = None
    label: str | None = None


class Field(Response):
    """The common fields of form fields and form response fields."""

    type: FieldType
    name: str
    label: str
    text: str | None = None
    email: str | None = None
    select: list[dict[str, Any]] | None = None
    format: FieldFormat | None = None


class FormResponseMessageField(Field):
    """A field as the user filled it in."""


class FormMessageField(Field):
    """A field for the user to fill in."""

    placeholder: str | None = None
    min_size: int | None = None
    max_size: int | None = None
    options: list[Option] | None = None
