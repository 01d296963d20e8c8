"""The objects in an example with their types and paths, and the limits of a type as text."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import inspect

from heliograph.wire.operations import BodyType

Path = tuple[str | int, ...]
type_info = functools.cache(inspect.type_info)


@dataclass(frozen=True)
class Place:
    """An object in an example."""

    kind: inspect.StructType
    path: Path
    value: dict[str, Any]


def places(body: BodyType, example: Any) -> Iterator[Place]:
    """Every object in an example of a body, the body itself first."""
    return _places(type_info(body), example, ())


def _places(kind: inspect.Type, value: Any, path: Path) -> Iterator[Place]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _places(inner, value, path)
        case inspect.UnionType(types=types):
            structs = [one for one in types if isinstance(one, inspect.StructType)]
            for one in structs:
                if isinstance(value, dict) and (len(structs) == 1 or value[one.tag_field or ""] == one.tag):
                    yield from _places(one, value, path)
            for other in types:
                if isinstance(other, inspect.ListType):
                    yield from _places(other, value, path)
        case inspect.ListType(item_type=item) if isinstance(value, list):
            for index, member in enumerate(value):
                yield from _places(item, member, (*path, index))
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            yield Place(kind, path, value)
            for field in fields:
                if field.encode_name in value:
                    yield from _places(field.type, value[field.encode_name], (*path, field.encode_name))


def named(path: Path) -> str:
    """A path as titles write it: `content.items[0].title`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def changed(example: Any, path: Path, value: Any) -> Any:
    """The example with another value at a path; without the value if it is `...`."""
    copy = json.loads(json.dumps(example))
    place = copy
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def plain(kind: inspect.Type) -> inspect.Type:
    """A type without its metadata, and without null."""
    match kind:
        case inspect.Metadata(type=inner):
            return plain(inner)
        case inspect.UnionType(types=types):
            rest = [one for one in types if not isinstance(one, inspect.NoneType)]
            return plain(rest[0]) if len(rest) == 1 else kind
    return kind


def demands(kind: inspect.StructType) -> str:
    """The limits of the fields of a type, as in `limits`."""
    lines = (f"{one.encode_name}{'!' if one.required else ''} {_limits(plain(one.type))}" for one in kind.fields)
    return ", ".join(line.strip() for line in lines if not line.endswith(" ") or "!" in line)


def _limits(kind: inspect.Type) -> str:
    words: list[str] = []
    match kind:
        case inspect.LiteralType(values=values):
            return "|".join(map(str, values))
        case inspect.StrType(min_length=least, max_length=most) | inspect.ListType(min_length=least, max_length=most):
            words += _range(least, most)
        case inspect.IntType(ge=least, le=most):
            words += _range(least, most)
    if isinstance(kind, inspect.StrType) and kind.pattern:
        words.append("form")
    if isinstance(kind, inspect.ListType) and (of := _limits(plain(kind.item_type))):
        words.append(f"of {of}")
    return " ".join(words)


def _range(least: int | None, most: int | None) -> list[str]:
    return [] if least is most is None else [f"{'' if least is None else least}..{'' if most is None else most}"]
