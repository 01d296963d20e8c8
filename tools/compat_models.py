"""Renders the models of `heliograph.compat`, with the names of the official library and the types of `heliograph.wire`.

`compat_names.toml` lists the official classes with their fields in order. The types of fields, and fields that were
added to the API later, come from the wire types of the same name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from msgspec import inspect

import heliograph.wire
from heliograph.wire.base import Body, Response
from tools.client_models import fields, parts, scalar, structs_in
from tools.writing import docstring

NAMES = tomllib.loads((Path(__file__).parent / "compat_names.toml").read_text())
SUFFIXES = ("", "Body", "Integration", "IntegrationBody")
"""Suffixes of wire types after the official name."""


@cache
def wire_types() -> dict[str, type[Any]]:
    """Every body and response of the API, by name."""
    found: dict[str, type[Any]] = {}
    for module in walk_packages(heliograph.wire.__path__, "heliograph.wire."):
        for name, kind in vars(import_module(module.name)).items():
            if isinstance(kind, type) and issubclass(kind, Response | Body) and kind.__module__ == module.name:
                found[name] = kind
    return found


def structs_of(name: str) -> list[type[Any]]:
    """The wire types of an official class, from the list in `compat_names.toml`, or else by the name of the class."""
    named = NAMES["wire"].get(name, [name + suffix for suffix in SUFFIXES])
    return [wire_types()[one] for one in named if one in wire_types()]


@cache
def official_names() -> dict[type[Any], str]:
    """The official class for a wire type."""
    found: dict[type[Any], str] = {}
    # Several classes may come from one wire type; fields use the class of the same name.
    for name in sorted(NAMES["models"], key=lambda name: name in NAMES["wire"] and name not in NAMES["wire"][name]):
        for struct in structs_of(name):
            found.setdefault(struct, name)
    for name in NAMES["one_of"]:
        found |= dict.fromkeys(structs_of(name), name)  # a union that is a single wire type
    return found


def official_type(kind: inspect.Type) -> str:
    """The annotation of a value of a wire type, with official names."""
    structs = structs_in(kind)
    if structs:
        inner = official_class([struct.cls for struct in structs])
        several = any(isinstance(part, inspect.ListType) for part in parts(kind))
        return f"list[{inner}]" if several else inner
    match parts(kind):
        case [inspect.ListType(item_type=item)]:
            return f"list[{official_type(item)}]"
        case found:
            return " | ".join(dict.fromkeys(map(scalar, found))) or "Any"


def official_class(structs: list[type[Any]]) -> str:
    """The official class of a wire type or of a union of wire types."""
    names = {official_names().get(struct, "Any") for struct in structs}
    if len(names) == 1:
        return names.pop()
    return next((name for name, one in NAMES["one_of"].items() if kinds_of(one) == names), "Any")


def kinds_of(choice: Any) -> set[str]:
    """The members of a union."""
    return set(choice.values() if isinstance(choice, dict) else choice)


class Attribute:
    """A field of an official class."""

    def __init__(self, name: str, owner: str, given: str = "") -> None:
        self.name = name
        structs = structs_of(owner)
        self.found = [(struct, one) for struct in structs for one in fields(struct) if one.name == name]
        tags = [struct for struct in structs if struct.__struct_config__.tag_field == name]
        derived = official_type(self.found[0][1].type) if self.found else "str" if tags else "Any"
        self.type = given or derived
        self.derived = derived
        self.json = self.found[0][1].encode_name if self.found else camel(name)
        # Required if all responses have it; without a response type, if all requests have it.
        kinds = [struct for struct in structs if issubclass(struct, Response)] or structs
        self.required = bool(kinds) and all(self._required(struct) or struct in tags for struct in kinds)

    def _required(self, struct: type[Any]) -> bool:
        return any(one.required for owner, one in self.found if owner is struct)

    def render(self) -> str:
        """The line of the class."""
        kind = self.type.removeprefix("list[").removesuffix("]")
        known = any(kind in NAMES[part] for part in ("models", "one_of", "enums"))
        given = [f'"{self.json}"', *([f'"{kind}"'] if known else [])]
        # Callers may also pass a member of the union directly, or a value that the enumeration lacks.
        choice = kind not in NAMES["base"] and kind in NAMES["one_of"] | NAMES["enums"]
        loose = self.type.replace(kind, f"{kind} | Any") if choice else self.type
        optional = "" if self.required or "Any" in loose.split(" | ") else " | None"
        return f"    {self.name}: {loose}{optional} = field({', '.join(given)})\n"


def camel(name: str) -> str:
    """Convert a name from snake case to the camel case of the API."""
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def attributes(name: str) -> Iterator[Attribute]:
    """The fields of an official class, followed by fields that were added to the API later."""
    known = []
    for entry in (NAMES["models"] | NAMES["base"])[name].split():
        field, _, given = entry.partition(":")
        known.append(field)
        yield Attribute(field, name, given.replace("dict", "dict[str, Any]"))
    if name not in NAMES["wire"].get(name, [name]):
        return  # the class has only some of the fields of the wire type
    for struct in structs_of(name):
        for one in fields(struct):
            if one.name not in known:
                known.append(one.name)
                yield Attribute(one.name, name)


def about(name: str) -> str:
    """The docstring of a class."""
    structs = structs_of(name)
    text = next((one.__doc__ for one in structs if one.__doc__), None) or f"{words(name)}."
    return docstring(" ".join(text.split()), indent="    ")


def words(name: str) -> str:
    """The name of a class in words, such as `Web update` for `WebUpdate`."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return spaced[0].upper() + spaced[1:]


def render_model(name: str) -> str:
    """The class of an object."""
    base = next((base for base in NAMES["base"] if name in kinds_of(NAMES["one_of"][base])), "Model")
    return f"class {name}({base}):\n{about(name)}\n\n" + "".join(one.render() for one in attributes(name))


def render_base(name: str) -> str:
    """The base class of the members of a union, whose `from_dict` returns a member."""
    kinds = ", ".join(f'"{tag}": "{kind}"' for tag, kind in NAMES["one_of"][name].items())
    lines = "".join(one.render() for one in attributes(name))
    return f"class {name}(Model):\n{about(name)}\n\n    _kinds: ClassVar[dict[str, str]] = {{{kinds}}}\n{lines}"


def render_one_of(name: str) -> str:
    """The class that wraps a member of a union."""
    choice = NAMES["one_of"][name]
    tagged = isinstance(choice, dict)
    kinds = choice.items() if tagged else ((kind, kind) for kind in choice)
    listed = ", ".join(f'"{tag}": "{kind}"' for tag, kind in kinds)
    text = (
        about(name) if structs_of(name) else docstring(f"One of: {', '.join(sorted(kinds_of(choice)))}.", indent="    ")
    )
    return f"class {name}(OneOf, init=False):\n{text}\n\n    _kinds: ClassVar[dict[str, str]] = {{{listed}}}\n" + (
        "" if tagged else "    _tagged: ClassVar[bool] = False\n"
    )


def render_enum(name: str) -> str:
    """An enumeration."""
    members = "".join(f'    {value.upper()} = "{value}"\n' for value in NAMES["enums"][name])
    return f"@enumeration\nclass {name}(StrEnum):\n{about(name)}\n\n{members}"


def render_models() -> str:
    """The module of the models."""
    classes = [
        *map(render_enum, NAMES["enums"]),
        *map(render_base, NAMES["base"]),
        *map(render_model, NAMES["models"]),
        *(render_one_of(name) for name in NAMES["one_of"] if name not in NAMES["base"]),
        *(f"{alias} = {name}\n" for alias, name in NAMES["aliases"].items()),
    ]
    names = sorted(name for part in ("enums", "models", "one_of", "aliases") for name in NAMES[part])
    return (
        '"""The models of the official library."""\n\nfrom __future__ import annotations\n\n'
        "from enum import StrEnum\nfrom importlib import import_module\n"
        "from typing import TYPE_CHECKING, Any, ClassVar\n\n"
        "from heliograph.compat import paths\n"
        "from heliograph.compat.fields import Model, OneOf, enumeration, field\n\n"
        f"__all__ = [{', '.join(map(repr, names))}]\n\n\n" + "\n\n".join(classes) + "\n\n"
        "if not TYPE_CHECKING:\n\n"
        "    def __getattr__(name: str) -> Any:\n"
        '        """Import the module of a model, or return an `…AllOf` class of releases before 17."""\n'
        "        if paths.class_in(name):\n"
        '            return import_module(f"{__name__}.{name}")\n'
        '        if name.endswith("AllOf") and name.removesuffix("AllOf") in globals():\n'
        '            return globals()[name.removesuffix("AllOf")]\n'
        '        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n'
    )
