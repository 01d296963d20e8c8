"""What an answer is read into: typed where the API is known, and never raising where it has changed since.

A model is a view of the JSON object it was made from. Attributes are converted when they are first looked at: a field
that is missing is None, one of an unexpected type is left as it came, and what is unknown stays reachable.
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
    """An attribute of a model: the name it has in JSON, and how its value is converted."""

    def __init__(self, name: str, convert: Convert | None = None) -> None:
        self.name = name
        self.convert = convert

    def __set_name__(self, owner: type[Model], attribute: str) -> None:
        self.attribute = attribute

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        """The converted value, which from then on stands in the instance itself."""
        if instance is None:
            return self
        value = instance._data.get(self.name)
        if value is not None and self.convert is not None:
            value = self.convert(value)
        instance.__dict__[self.attribute] = value
        return value


class Model:
    """A JSON object of an answer. `model["apiName"]` is a value as it came; equality is that of the objects."""

    _fields: ClassVar[dict[str, Field]] = {}
    _data: dict[str, Any]
    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # what it holds can change
    __iter__: ClassVar[None] = None  # else [] would make it iterable, by number

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls._fields = {**cls._fields, **own}

    def __init__(self, data: Mapping[str, Any], raw_response: RawResponse | None = None) -> None:
        self.__dict__["_data"] = data if isinstance(data, dict) else dict(data)
        self.__dict__["_raw"] = raw_response

    @property
    def raw_response(self) -> RawResponse | None:
        """The HTTP answer that this is the body of; None in what is nested, or was not received."""
        raw: RawResponse | None = self.__dict__["_raw"]
        return raw

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, by the names of the API; a copy."""
        return copy.deepcopy(self._data)

    def __getitem__(self, name: str) -> Any:
        """The value by its name in the API, as it came."""
        return self._data[name]

    def __contains__(self, name: object) -> bool:
        return name in self._data

    if not TYPE_CHECKING:  # a misspelt attribute should be seen by a type checker

        def __getattr__(self, attribute: str) -> Any:
            """A field that this version does not know, by its name in snake case or in the API."""
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


# What follows makes fields. They are declared as Any, so that the annotation beside each is the attribute's type.


def plain(name: str) -> Any:
    """A value that is as it is in JSON."""
    return Field(name)


def moment(name: str) -> Any:
    """A time, as an aware datetime."""
    return Field(name, _moment)


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
    """A nested object, or a list of them, whose field `tag` says of which kind it is."""

    unknown = otherwise or UnknownKind

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        label = value.get(tag)
        return (kinds.get(label, unknown) if isinstance(label, str) else unknown)(value)

    return Field(name, _each(convert) if several else convert)


class UnknownKind(Model):
    """An object of a kind that is not known here, where there are several."""

    type: str = plain("type")


def _each(convert: Convert) -> Convert:
    return lambda value: [convert(item) for item in value] if isinstance(value, list) else value


def _moment(value: Any) -> Any:
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
