"""Builds bodies from the types of the table of operations, with a unique mark in every text."""

from __future__ import annotations

import secrets
from typing import Any

from msgspec import inspect

OMIT = object()
"""Stands for a field that is left out."""

Fixed = dict[str, Any]
"""Values of fields by name. OMIT leaves a field out."""


class Marks:
    """Creates marks, and records where they are."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}
        """The place of each mark."""

    def new(self, place: str) -> str:
        """Create a mark: a unique text of 12 characters."""
        mark = "zq" + secrets.token_hex(5)
        self.made[mark] = place
        return mark

    def body(self, kind: Any, fixed: Fixed, place: str = "") -> dict[str, Any]:
        """A body of this type with every field. `fixed` sets the values of some of them."""
        made: dict[str, Any] = self._value(inspect.type_info(kind), fixed, place or kind.__name__)
        return made

    def bodies(self, union: Any, fixed: Fixed, *, without: type | None = None) -> list[dict[str, Any]]:
        """A body of each type of a tagged union."""
        found = inspect.type_info(union)
        assert isinstance(found, inspect.UnionType)
        kinds = [one for one in found.types if isinstance(one, inspect.StructType)]
        return [self._value(one, fixed, one.cls.__name__) for one in kinds if one.cls is not without]

    def _value(self, kind: inspect.Type, fixed: Fixed, place: str) -> Any:
        match kind:
            case inspect.Metadata(type=inner):
                return self._value(inner, fixed, place)
            case inspect.UnionType(types=types):
                return self._value(_richest(types), fixed, place)
            case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
                tagged = {tag_field: tag} if tag_field else {}
                return {**tagged, **self._fields(fields, fixed, place)}
            case inspect.ListType(item_type=item, max_length=most):
                each = item.types[:most] if isinstance(item, inspect.UnionType) else (item,)
                return [self._value(one, fixed, place) for one in each]
            case inspect.DictType() | inspect.AnyType():
                return {self.new(f"{place} (name)"): self.new(place)}
            case inspect.LiteralType(values=values):
                return values[0]
            case inspect.StrType():
                return self._text(kind, place)
            case inspect.DateTimeType():
                return "2001-02-03T04:05:06.789Z"
            case inspect.BoolType():
                return True
            case inspect.IntType():
                return 2
            case inspect.FloatType():
                return 2.5
        raise NotImplementedError(f"{place}: {kind}")

    def _fields(self, fields: tuple[inspect.Field, ...], fixed: Fixed, place: str) -> dict[str, Any]:
        made = {}
        for field in fields:
            name, where = field.encode_name, f"{place}.{field.encode_name}"
            value = fixed[name] if name in fixed else self._value(field.type, fixed, where)
            if value is not OMIT:
                made[name] = value
        return made

    def _text(self, kind: inspect.StrType, place: str) -> str:
        """A text that matches the pattern of its type, if it has one."""
        pattern = kind.pattern or ""
        if "@" in pattern:
            return f"{self.new(place)}@{self.new(place)}.example"
        if pattern.startswith(r"^\+"):
            digits = f"+1{secrets.randbelow(10**10):010d}"
            self.made[digits] = place
            return digits
        if ":" in pattern:
            return f"https://{self.new(place)}.example/{self.new(place)}"
        assert not pattern, f"{place}: {pattern}"
        return self.new(place)


def _richest(types: tuple[inspect.Type, ...]) -> inspect.Type:
    """The type of a union with the most content."""
    order = (inspect.StructType, inspect.DictType, inspect.ListType, inspect.StrType, inspect.Metadata)
    return next(
        (one for kind in order for one in types if isinstance(one, kind)),
        next(one for one in types if not isinstance(one, inspect.NoneType)),
    )
