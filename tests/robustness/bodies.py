"""Wrong and odd values for every field of every body, from the types of the operations table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import inspect


class Tag(NamedTuple):
    """A step of a path that does not descend, but sets the field that selects one of several types of the object."""

    field: str
    value: str


Path = tuple[str | int | Tag, ...]

SAMPLES: dict[str, list[Any]] = {
    "string": ["x", "", "0", "true"],
    "number": [0, -1, 1.5, 10**30],
    "boolean": [True, False],
    "array": [[], [None], [[[]]], ["x"]],
    "object": [{}, {"a": 1}],
    "null": [None],
}

_KINDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.LiteralType: "string",
    inspect.DateTimeType: "string",
    inspect.BoolType: "boolean",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.ListType: "array",
    inspect.DictType: "object",
    inspect.StructType: "object",
    inspect.NoneType: "null",
}

# JSON texts, and texts that only look like JSON, to replace a value.
NUMBERS = (
    b"1e400", b"-1e400", b"1e-400", b"1e308", b"-0", b"0.1e1", b"9" * 400, b"-" + b"9" * 5000, b"18446744073709551616",
    b"NaN", b"Infinity", b"01", b"1.", b"+1", b"-", b"0x10", b"1_000",
)  # fmt: skip
STRINGS = (
    b'""', b'" "', b'"x', b'"\\"', b'"\\x41"', b'"\\u12"', b'"\\u0000"', b'"a\\u0000b"', b'"\x00"', b'"\x1f"', b'"\n"',
    b'"\\ud800"', b'"\\udfff\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"', b'"\xc3\x28"', b'"\xed\xa0\x80"',
    b'"\xef\xbb\xbf"', '"é"'.encode(), '"\U0001f600"'.encode(), '"\u202e\u0301\ufeff"'.encode(),
    b'"' + b"x" * 5000 + b'"',
)  # fmt: skip
TIMES = (
    b'"0001-01-01T00:00:00+10:00"', b'"9999-12-31T23:59:59-10:00"', b'"0001-01-01T00:00:00Z"',
    b'"9999-12-31T23:59:59.999Z"', b'"0000-00-00T00:00:00Z"', b'"2020-02-30T00:00:00Z"', b'"2020-01-01T00:00:60Z"',
    b'"2020-01-01"', b'"2020-01-01T00:00:00"', b'"1969-12-31T23:59:59.9999Z"', b'"2020-01-01T00:00:00+23:59"',
    b'"2020-01-01T00:00:00.000000000000001Z"',
)  # fmt: skip
STRUCTURES = (
    b"[" * 400 + b"]" * 400, b"[" * 3000 + b"]" * 3000, b"[" * 3000, b'{"a":' * 400 + b"1" + b"}" * 400,
    b'{"a":' * 3000 + b"1" + b"}" * 3000, b'{"":""}', b'{"\\u0000":1}', b'{"a":1,"a":2}', b'{"\\ud800":1}', b"{1:2}",
    b"[1,]", b'{"a":1,}', b"[null]", b'{"a":null}', b'{"a":1e400}', b'{"a":' + b"9" * 400 + b"}",
    b'{"a":"' + b"x" * 5000 + b'"}',
)  # fmt: skip
JUNK = (*NUMBERS, *STRINGS, *TIMES, *STRUCTURES, b"nul", b"True", b"'x'", b"", b",", b":", b"/**/1")


def kinds(kind: inspect.Type) -> set[str]:
    """The JSON types that a type accepts."""
    match kind:
        case inspect.Metadata(type=inner):
            return kinds(inner)
        case inspect.UnionType(types=types):
            return set().union(*map(kinds, types))
        case inspect.AnyType():
            return set(SAMPLES)
    return {_KINDS[type(kind)]} if type(kind) in _KINDS else set()


def places(body: Any) -> list[tuple[Path, inspect.Type]]:
    """The path and the type of every place in a body."""
    return list(_places(inspect.type_info(body), ()))


def _places(kind: inspect.Type, path: Path) -> Iterator[tuple[Path, inspect.Type]]:
    if path:
        yield path, kind
    match kind:
        case inspect.Metadata(type=inner):
            yield from list(_places(inner, path))[1:]
        case inspect.UnionType(types=types):
            several = sum(isinstance(one, inspect.StructType) for one in types) > 1
            for one in types:
                tags = (
                    [Tag(str(one.tag_field), str(one.tag))] if isinstance(one, inspect.StructType) and several else []
                )
                yield from list(_places(one, (*path, *tags)))[1:]
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from _places(field.type, (*path, field.encode_name))
        case inspect.ListType(item_type=item):
            yield from _places(item, (*path, 0))
        case inspect.DictType(value_type=value):
            yield from _places(value, (*path, "any"))


def distinct(body: Any) -> list[Path]:
    """The places of a body, one for each type below each step: the settings of several integrations are alike."""
    found: dict[tuple[Path, str], Path] = {}
    for place, kind in places(body):
        found.setdefault((place[-2:-1], repr(kind)), place)
    return list(found.values())


def wrong(kind: inspect.Type) -> list[Any]:
    """Values of every JSON type that this type does not accept."""
    if isinstance(kind, inspect.AnyType):
        return []
    return [value for name, values in SAMPLES.items() if name not in kinds(kind) for value in values]


def put(base: Any, path: Path, value: Any) -> Any:
    """The body with the value at this place. Creates missing parents."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [put(base[0] if isinstance(base, list) and base else None, rest, value)]
    members = base if isinstance(base, dict) else {}
    if isinstance(step, Tag):
        same = members if members.get(step.field) == step.value else {step.field: step.value}
        return put(same, rest, value)
    return {**members, step: put(members.get(step), rest, value)}


def with_junk(base: Any, path: Path, junk: bytes) -> bytes:
    """The bytes of the body with junk at this place."""
    mark = "junk stands here"
    return json.dumps(put(base, path, mark)).encode().replace(json.dumps(mark).encode(), junk)
