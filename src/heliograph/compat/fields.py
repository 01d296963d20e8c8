"""The base classes of the models of the official library: attributes in snake case, and their JSON."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

import msgspec

from heliograph.client.arguments import snake
from heliograph.compat.exceptions import ApiAttributeError, ApiTypeError, ApiValueError

Kind = type["Model"] | type[StrEnum]
_KINDS: dict[str, Kind] = {}
"""The classes of fields by name: messages quote messages, so fields refer to classes that are defined later."""


class Undefined:
    """Marks an absent value where None is a value."""


class Field:
    """An attribute: its JSON name and the class of its value."""

    def __init__(self, name: str, kind: str | None) -> None:
        self.name = name
        self.kind = kind

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        """None for an unset attribute. Python looks up set values in the instance first."""
        return self if instance is None else None

    def read(self, value: Any) -> Any:
        """Convert a value from JSON."""
        return value if self.kind is None else _read(value, _KINDS[self.kind])


def _read(value: Any, kind: Kind) -> Any:
    if isinstance(value, list):
        return [_read(item, kind) for item in value]
    if issubclass(kind, Model):
        return kind.from_dict(value) if isinstance(value, dict) else value
    return kind._value2member_map_.get(value, value) if isinstance(value, str) else value


def field(name: str, kind: str | None = None) -> Any:
    """Declare an attribute. Returns Any, so that the annotation is the type of the attribute."""
    return Field(name, kind)


def enumeration(kind: type[StrEnum]) -> type[StrEnum]:
    """Register an enumeration for fields. Unknown values remain strings."""
    _KINDS[kind.__name__] = kind
    return kind


@dataclass_transform()
class Model:
    """An object of the API. Unset attributes are None and are not sent."""

    _fields: ClassVar[dict[str, Field]] = {}
    _by_name: ClassVar[dict[str, tuple[str, Field]]] = {}
    _kinds: ClassVar[dict[str, str]] = {}
    """The subclasses by `type`, if the class is a union."""
    openapi_types: ClassVar[dict[str, str]]
    attribute_map: ClassVar[dict[str, str]]
    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # attributes can change

    def __init_subclass__(cls, *, init: bool = True) -> None:
        cls._declare({name: value for name, value in vars(cls).items() if isinstance(value, Field)})
        _KINDS[cls.__name__] = cls

    @classmethod
    def _declare(cls, fields: dict[str, Field]) -> None:
        cls._fields = fields
        cls._by_name = {field.name: (attribute, field) for attribute, field in fields.items()}
        cls.attribute_map = {attribute: field.name for attribute, field in fields.items()}
        cls.openapi_types = {attribute: str(cls.__annotations__.get(attribute, "object")) for attribute in fields}

    def __init__(self, *values: Any, **fields: Any) -> None:
        if len(values) > len(self._fields):
            raise ApiTypeError(f"{type(self).__name__} has {len(self._fields)} fields, {len(values)} given")
        fields.pop("local_vars_configuration", None)
        for name, value in (*zip(self._fields, values, strict=False), *fields.items()):
            if (attribute := self._attribute(name)) is None:
                raise ApiTypeError(self._unknown(name))
            if not isinstance(value, Undefined):
                vars(self)[attribute] = value

    @classmethod
    def _attribute(cls, name: str) -> str | None:
        """The attribute with this name: its own, that of the API, or with the prefix `var_` of reserved words."""
        for known in (name, snake(name), name.removeprefix("var_")):
            if known in cls._fields:
                return known
        return None

    @classmethod
    def _unknown(cls, name: str) -> str:
        import difflib  # rare, and slow to import

        near = difflib.get_close_matches(name, cls._fields, 1)
        return f"{cls.__name__} has no field {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any]) -> Self:
        """Create an object from fields with the names of the API. Unknown fields are kept."""
        label = obj.get("type") if "_kinds" in vars(cls) else None
        kind: Any = _KINDS[cls._kinds[label]] if isinstance(label, str) and label in cls._kinds else cls
        return kind._filled(obj)  # type: ignore[no-any-return]

    @classmethod
    def _filled(cls, obj: Mapping[str, Any]) -> Self:
        if not hasattr(obj, "items"):
            raise ApiValueError(f"{cls.__name__} needs a dict, not {type(obj).__name__}")
        model = cls.__new__(cls)
        values = vars(model)
        for name, value in obj.items():
            if known := cls._by_name.get(name):
                values[known[0]] = known[1].read(value)
            elif attribute := cls._attribute(name):
                values[attribute] = cls._fields[attribute].read(value)
            else:
                values[name] = value
        return model

    @classmethod
    def from_json(cls, json_str: str | bytes) -> Self:
        """Create an object from JSON."""
        return cls.from_dict(msgspec.json.decode(json_str))

    def _subject(self) -> Model:
        """The object that holds the fields."""
        return self

    def to_dict(self) -> dict[str, Any]:
        """The set fields as a dict, with the names of the API, including those of nested objects.

        Lookups accept the names of attributes too, as in releases before 17: `["user_id"]` for `["userId"]`.
        """
        return _Fields(self._subject())

    def to_json(self) -> str:
        """The set fields as JSON."""
        return msgspec.json.encode(self.to_dict()).decode()

    def to_str(self) -> str:
        """The set fields, formatted for reading."""
        import pprint

        return pprint.pformat(plain(self))

    def model_dump(self, *, by_alias: bool = False, exclude_none: bool = False, **others: Any) -> dict[str, Any]:
        """All fields, as in release 17: by the names of attributes, or with `by_alias` by those of the API."""
        subject = self._subject()
        values = {**dict.fromkeys(subject._fields), **vars(subject)}
        names = subject.attribute_map if by_alias else {}
        dumped = {names.get(name, name): _dumped(value, by_alias, exclude_none) for name, value in values.items()}
        return {name: value for name, value in dumped.items() if not (exclude_none and value is None)}

    if not TYPE_CHECKING:  # so that type checkers report misspelt attributes

        def __getattr__(self, name: str) -> Any:
            """The value of an attribute under another of its names, or of an unknown field."""
            if not name.startswith("__"):
                if attribute := self._attribute(name):
                    return vars(self).get(attribute)
                for other, value in vars(self).items():
                    if name in (other, snake(other)):
                        return value
            raise ApiAttributeError(self._unknown(name))

    def __setattr__(self, name: str, value: Any) -> None:
        if (attribute := self._attribute(name)) is None:
            raise ApiAttributeError(self._unknown(name))
        vars(self)[attribute] = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        return type(self) is type(other) and self.to_dict() == other.to_dict()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in vars(self._subject()).items())
        return f"{type(self).__name__}({shown})"


class _Fields(dict[str, Any]):
    """The fields of a model by the names of the API; lookups accept the names of attributes too."""

    def __init__(self, model: Model) -> None:
        known = model._fields
        super().__init__(
            (known[name].name if name in known else name, _json_value(value)) for name, value in vars(model).items()
        )
        self._names = model.attribute_map

    def __missing__(self, name: str) -> Any:
        return self.get(self._names[name])


def _json_value(value: Any) -> Any:
    match value:
        case Model():
            return value.to_dict()
        case list() | tuple():
            return [_json_value(item) for item in value]
        case dict():
            return {key: _json_value(item) for key, item in value.items()}
    return value


def _dumped(value: Any, by_alias: bool, exclude_none: bool) -> Any:
    if isinstance(value, list):
        return [_dumped(item, by_alias, exclude_none) for item in value]
    return value.model_dump(by_alias=by_alias, exclude_none=exclude_none) if isinstance(value, Model) else value


# Functions, because the names of methods could be those of fields.


def fields_of(kind: type[Model]) -> Mapping[str, Field]:
    """The fields of a class by their attributes."""
    return kind._fields


def kinds_of(kind: type[Model]) -> Mapping[str, str]:
    """The names of the members of a union by `type`; those of members without a `type` by themselves."""
    return kind._kinds


class OneOf(Model):
    """A member of a union: wraps the member (`actual_instance`), or holds its fields."""

    _tagged: ClassVar[bool] = True
    """Whether the members are distinguished by the field `type`."""

    def __init_subclass__(cls, *, init: bool = True) -> None:
        super().__init_subclass__(init=init)
        kinds: list[Any] = [_KINDS[name] for name in reversed(cls._kinds.values())]
        cls._declare({name: field for kind in kinds for name, field in kind._fields.items()})

    def __init__(self, actual_instance: Any = None, /, **fields: Any) -> None:
        given = fields.pop("actual_instance", actual_instance)
        if isinstance(given, OneOf):
            given = given._subject()
        if isinstance(given, Mapping):
            super().__init__(**given, **fields)
        elif given is None:
            super().__init__(**fields)
        elif type(given).__name__ in self._kinds.values() and not fields:
            vars(self)["_wrapped"] = given
        else:
            raise ApiValueError(f"{type(self).__name__} needs one of {', '.join(self._kinds.values())}, not {given!r}")

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any]) -> Self:
        """Create an object that wraps the member with the `type` of these fields."""
        label = obj.get("type") if cls._tagged else None
        if not isinstance(label, str) or label not in cls._kinds:
            return cls._filled(obj)
        kind: Any = _KINDS[cls._kinds[label]]
        return cls(kind._filled(obj))

    def _subject(self) -> Model:
        wrapped: Model | None = vars(self).get("_wrapped")
        return self if wrapped is None else wrapped

    @property
    def actual_instance(self) -> Any:
        """The wrapped member; None if no member has the set fields."""
        if self._subject() is self and (kind := self._kind()):
            values = dict(vars(self))
            vars(self).clear()
            vars(self)["_wrapped"] = kind(**values)
        return vars(self).get("_wrapped")

    @actual_instance.setter
    def actual_instance(self, value: Model) -> None:
        vars(self).clear()
        self.__init__(value)  # type: ignore[misc]  # replaces the wrapped member

    def _kind(self) -> type[Model] | None:
        values = vars(self)
        if self._tagged:
            name = self._kinds.get(values.get("type", ""))
            return None if name is None else _KINDS[name]  # type: ignore[return-value]
        kinds: list[Any] = [_KINDS[name] for name in self._kinds.values()]
        return next((kind for kind in kinds if values and values.keys() <= kind._fields.keys()), None)

    def __getattr__(self, name: str) -> Any:
        """A field of the wrapped member, or None if only another member has it."""
        subject = self._subject()
        if subject is not self and not (self._attribute(name) and not subject._attribute(name)):
            return getattr(subject, name)
        return super().__getattr__(name)  # type: ignore[misc]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "actual_instance":
            object.__setattr__(self, name, value)
        elif (subject := self._subject()) is not self:
            setattr(subject, name, value)
        else:
            super().__setattr__(name, value)


def plain(value: Any) -> Any:
    """Convert a value to JSON data: models to dicts with the names of the API, times to text."""
    match value:
        case Model():
            return plain(value.to_dict())
        case list() | tuple() | set():
            return [plain(item) for item in value]
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value
