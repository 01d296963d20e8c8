"""The base of the models of responses. Reading a model never raises, even if the API has changed.

A model is a view of a JSON object. Attributes are converted on first access: a missing field is None, a value of an
unexpected type is returned unconverted, and unknown fields are available under their names.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from heliograph.client.response import RawResponse

Convert = Callable[[Any], Any]
_CAPITAL = re.compile(r"_([a-z0-9])")


class Field:
    """An attribute of a model: its JSON name and the conversion of its value."""

    def __init__(self, name: str, convert: Convert | None = None) -> None:
        self.name = name
        self.convert = convert

    def __set_name__(self, owner: type[Model], attribute: str) -> None:
        self.attribute = attribute

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        """The converted value, which is cached on the instance."""
        if instance is None:
            return self
        value = instance._data.get(self.name)
        if value is not None and self.convert is not None:
            value = self.convert(value)
        instance.__dict__[self.attribute] = value
        return value


class Model:
    """A JSON object of a response. `model["apiName"]` is an unconverted value; equal objects make equal models."""

    _fields: ClassVar[dict[str, Field]] = {}
    _data: dict[str, Any]
    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # the data is mutable
    __iter__: ClassVar[None] = None  # otherwise __getitem__ would make it iterable

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls._fields = {**cls._fields, **own}

    def __init__(self, data: Mapping[str, Any], raw_response: RawResponse | None = None) -> None:
        self.__dict__["_data"] = data if isinstance(data, dict) else dict(data)
        self.__dict__["_raw"] = raw_response

    @property
    def raw_response(self) -> RawResponse | None:
        """The HTTP response with this object as its body; None for nested objects."""
        raw: RawResponse | None = self.__dict__["_raw"]
        return raw

    def to_dict(self) -> dict[str, Any]:
        """A copy of the JSON object, with the names of the API."""
        return copy.deepcopy(self._data)

    def __getitem__(self, name: str) -> Any:
        """The unconverted value of a field, by its name in the API."""
        return self._data[name]

    def __contains__(self, name: object) -> bool:
        return name in self._data

    if not TYPE_CHECKING:  # so that type checkers report misspelt attributes

        def __getattr__(self, attribute: str) -> Any:
            """A field that this version does not know, by its snake case name or its name in the API."""
            for name in (attribute, _CAPITAL.sub(lambda found: found[1].upper(), attribute)):
                if name in self.__dict__.get("_data", ()):
                    return self._data[name]
            raise AttributeError(f"{type(self).__name__} has no field {attribute!r}")

    def __setattr__(self, attribute: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._data == other._data if isinstance(other, Model) else NotImplemented

    def __repr__(self) -> str:
        known = {field.name for field in self._fields.values()}
        shown = [f"{name}={getattr(self, name)!r}" for name, field in self._fields.items() if field.name in self._data]
        shown += [f"{name}={value!r}" for name, value in self._data.items() if name not in known]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._data,)


def fields_of(kind: type[Model]) -> Mapping[str, Field]:
    """The fields of a model by their attributes. It is no method, because the name could be that of a field."""
    return kind._fields


# These functions return Any, so that the annotation of each field is the type of its attribute.


def plain(name: str) -> Any:
    """A value without conversion."""
    return Field(name)


def timestamp(name: str) -> Any:
    """A time, as an aware datetime."""
    return Field(name, _timestamp)


def one(name: str, kind: Callable[[Any], Model]) -> Any:
    """A nested object."""
    return Field(name, lambda value: kind(value) if isinstance(value, dict) else value)


def many(name: str, kind: Callable[[Any], Model]) -> Any:
    """A list of objects."""
    return Field(name, _each(lambda value: kind(value) if isinstance(value, dict) else value))


def tagged(
    name: str,
    tag: str,
    kinds: Mapping[str, Callable[[Any], Model]],
    *,
    several: bool = False,
    otherwise: type[Model] | None = None,
) -> Any:
    """A nested object, or a list of them, whose class depends on its field `tag`."""

    unknown = otherwise or UnknownKind

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        name = value.get(tag)
        return (kinds.get(name, unknown) if isinstance(name, str) else unknown)(value)

    return Field(name, _each(convert) if several else convert)


class UnknownKind(Model):
    """An object whose type this version does not know."""

    type: str = plain("type")


def _each(convert: Convert) -> Convert:
    return lambda value: [convert(item) for item in value] if isinstance(value, list) else value


def _timestamp(value: Any) -> Any:
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
