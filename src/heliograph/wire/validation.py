"""From the bytes of a body to its type, or to the list of everything that is wrong with it.

msgspec stops at the first violation. That is the fast path; only when it fails is the body walked again, to name all
violations in one answer, in the words of the validator whose messages the API document quotes (Ajv).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate, islice
from types import UnionType
from typing import Any, TypeVar, overload

import msgspec
from msgspec import inspect

from heliograph.errors import BadRequest
from heliograph.wire.base import Body
from heliograph.wire.surrogates import replace_lone_surrogates

B = TypeVar("B", bound=Body)

MALFORMED = "Request body is not valid JSON"
DEEPEST = 200
"""So many objects and arrays may lie in each other. What is read may be shown again inside of more of them, here and by
callers, whose own limits it should not meet."""
# Behind an even number of backslashes: each two of them are one.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""Each bracket as a step down or up, a signed byte."""
_MOST_TITLES = 20
_MOST_STEPS = 1_000
"""How many steps the search for violations takes in an invalid body: enough for about 400 values, and bounded in time.
The first violation is always named."""

_NAMES: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.LiteralType: "string",
    inspect.DateTimeType: "string",
    inspect.BoolType: "boolean",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.ListType: "array",
    inspect.DictType: "object",
    inspect.StructType: "object",
}
_PYTHON_TYPES: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.StrType: (str,),
    inspect.LiteralType: (str,),
    inspect.DateTimeType: (str,),
    inspect.BoolType: (bool,),
    inspect.IntType: (int,),
    inspect.FloatType: (int, float),
    inspect.ListType: (list,),
    inspect.DictType: (dict,),
    inspect.StructType: (dict,),
}


@overload
def decode(body: bytes, kind: type[B], *, require_subscribe: bool) -> B: ...


@overload
def decode(body: bytes, kind: UnionType, *, require_subscribe: bool) -> Body: ...


def decode(body: bytes, kind: type[Body] | UnionType, *, require_subscribe: bool) -> Body:
    """The body as `kind`, with every rule between its fields, and those of the objects in it, kept.

    Raises:
        BadRequest: the body is not JSON, not of this type, or breaks a rule; one title for each violation.
    """
    if _is_too_deep(body):
        raise BadRequest(MALFORMED)
    try:
        value = _parse(body, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(*_violations(body, kind, require_subscribe, str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest(MALFORMED) from None
    if broken := list(islice(_broken(value, "", require_subscribe), _MOST_TITLES)):
        raise BadRequest(*broken)
    # PostgreSQL's text cannot hold NUL, so it is refused on every engine alike.
    if b"\\u0000" in body and _NUL.search(body) and _NUL.search(msgspec.json.encode(value)):
        raise BadRequest("strings should NOT contain the NUL character")
    return value


def _parse(body: bytes, kind: type[Body] | UnionType) -> Body:
    value: Body
    try:
        value = _decoder(kind).decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = _decoder(kind).decode(_mend(body))
    return value


def _mend(body: bytes) -> bytes:
    """The body without what the decoder is too strict about: a byte order mark, and lone surrogates.

    It is mended only once the decoder has refused it, so that other bodies cost nothing.
    """
    return replace_lone_surrogates(body.removeprefix(codecs.BOM_UTF8))


def _is_too_deep(body: bytes) -> bool:
    # What has few brackets is not deep, and nearly everything has few.
    if body.count(b"{") + body.count(b"[") <= DEEPEST:
        return False
    # Every step of this is in C: a body may hold 100,000 brackets.
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    outside_strings = b"".join(unescaped.split(b'"')[::2])
    steps = outside_strings.translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(memoryview(steps).cast("b")), default=0) > DEEPEST


@cache
def _decoder(kind: type[Body] | UnionType) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _broken(value: Any, path: str, require_subscribe: bool) -> Iterator[str]:
    """A title for each rule between fields that a body of the right type breaks, or an object in it."""
    if isinstance(value, Body):
        if _has_rules(type(value)):
            titles = value.violations(msgspec.to_builtins(value), require_subscribe=require_subscribe)
            yield from (_title(path, title) for title in titles)
        for name, encoded in _objects_in(type(value)):
            if (inner := getattr(value, name)) is not None:
                yield from _broken(inner, _member(path, encoded), require_subscribe)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _broken(item, f"{path}[{index}]", require_subscribe)


@cache
def _has_rules(kind: type[Body]) -> bool:
    return kind.violations.__func__ is not Body.violations.__func__  # type: ignore[attr-defined]


@cache
def _described(kind: type[Body] | UnionType) -> inspect.Type:
    return inspect.type_info(kind)


@cache
def _objects_in(kind: type[Body]) -> tuple[tuple[str, str], ...]:
    """The fields of a body in which other bodies may be, by their names here and in JSON."""
    described = _described(kind)
    assert isinstance(described, inspect.StructType)
    return tuple((field.name, field.encode_name) for field in described.fields if _holds_objects(field.type))


def _holds_objects(kind: inspect.Type) -> bool:
    match kind:
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner):
            return _holds_objects(inner)
        case inspect.UnionType(types=types):
            return any(map(_holds_objects, types))
    return isinstance(kind, inspect.StructType)


def _violations(body: bytes, kind: type[Body] | UnionType, require_subscribe: bool, complaint: str) -> list[str]:
    """A title for each of the first violations."""
    try:
        raw = msgspec.json.decode(_mend(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [MALFORMED]
    found = _walk(raw, _described(kind), "", _Walk(require_subscribe))
    return list(islice(found, _MOST_TITLES)) or [_title(_place(complaint), "is not valid")]


def _place(complaint: str) -> str:
    """The path in a complaint of the decoder, whose other words are those of Python."""
    found = re.search(r"at `\$\.?([^`]*)`", complaint)
    return found[1] if found and found[1] else "body"


def _title(path: str, title: str) -> str:
    return f"{path} {title}" if path else title


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@dataclass
class _Walk:
    """A walk over the values of a wrong body, and how many steps it may still take."""

    require_subscribe: bool
    left: int = _MOST_STEPS


def _walk(value: Any, kind: inspect.Type, path: str, walk: _Walk) -> Iterator[str]:
    walk.left -= 1
    match kind:
        case _ if walk.left < 0:
            return
        case inspect.AnyType():
            return
        case inspect.Metadata(type=inner):
            yield from _walk(value, inner, path, walk)
        case inspect.UnionType(types=types):
            yield from _walk_union(value, types, path, walk)
        case inspect.StructType() if isinstance(value, dict):
            yield from _walk_object(value, kind, path, walk)
        case inspect.DictType(value_type=value_type) if isinstance(value, dict):
            for key, item in islice(value.items(), walk.left):
                yield from _walk(item, value_type, f"{path}.{key}", walk)
        case inspect.ListType() if isinstance(value, list):
            yield from _walk_list(value, kind, path, walk)
        case _ if value is None:
            yield f"{path or 'body'} should not be null"
        case _:
            yield from (f"{path or 'body'} {breach}" for breach in _breaches(value, kind))


def _walk_union(value: Any, types: tuple[inspect.Type, ...], path: str, walk: _Walk) -> Iterator[str]:
    if value is None and any(isinstance(kind, inspect.NoneType) for kind in types):
        return
    kinds = [kind for kind in types if not isinstance(kind, inspect.NoneType)]
    tagged = {kind.tag: kind for kind in kinds if isinstance(kind, inspect.StructType)}
    if len(tagged) > 1:
        yield from _walk_tagged(value, tagged, path, walk)
        return
    if any(isinstance(kind, inspect.FloatType) for kind in kinds):
        kinds = [kind for kind in kinds if not isinstance(kind, inspect.IntType)]
    if len(kinds) == 1:
        yield from _walk(value, kinds[0], path, walk)
    elif not any(_fits(value, kind, path, walk) for kind in kinds):
        names = dict.fromkeys(_NAMES[type(kind)] for kind in kinds)
        yield f"{path} should be {' or '.join(names)}"


def _fits(value: Any, kind: inspect.Type, path: str, walk: _Walk) -> bool:
    # Most values of a union have the type of one of its kinds, or of none.
    types = _PYTHON_TYPES.get(type(kind))
    if types is not None and type(value) not in types:
        return False
    return next(_walk(value, kind, path, walk), None) is None


def _walk_tagged(
    value: Any, kinds: dict[str | int | None, inspect.StructType], path: str, walk: _Walk
) -> Iterator[str]:
    """An object of several kinds, of which one of its fields names one."""
    first = next(iter(kinds.values()))
    assert first.tag_field is not None
    if not isinstance(value, dict):
        yield from _walk(value, first, path, walk)
    elif first.tag_field not in value:
        yield _title(path, f"should have required property '{first.tag_field}'")
    else:
        tag = value[first.tag_field]
        tags = inspect.LiteralType(tuple(sorted(map(str, kinds))))
        wrong = list(_walk(tag, tags, _member(path, first.tag_field), walk))
        yield from wrong or _walk(value, kinds[tag], path, walk)


def _walk_object(value: dict[str, Any], kind: inspect.StructType, path: str, walk: _Walk) -> Iterator[str]:
    for field in kind.fields:
        if field.encode_name in value:
            yield from _walk(value[field.encode_name], field.type, _member(path, field.encode_name), walk)
        elif field.required:
            yield _title(path, f"should have required property '{field.encode_name}'")
    if issubclass(kind.cls, Body):
        titles = kind.cls.violations(value, require_subscribe=walk.require_subscribe)
        yield from (_title(path, title) for title in titles)


def _walk_list(value: list[Any], kind: inspect.ListType, path: str, walk: _Walk) -> Iterator[str]:
    if kind.min_length is not None and len(value) < kind.min_length:
        yield f"{path} should NOT have fewer than {kind.min_length} items"
    if kind.max_length is not None and len(value) > kind.max_length:
        yield f"{path} should NOT have more than {kind.max_length} items"
    for index, item in enumerate(value[: walk.left]):
        yield from _walk(item, kind.item_type, f"{path}[{index}]", walk)


def _breaches(value: Any, kind: inspect.Type) -> Iterator[str]:
    # bool is a subclass of int in Python and not in JSON.
    expected = _PYTHON_TYPES.get(type(kind), (object,))
    if type(value) not in expected and object not in expected:
        yield f"should be {_NAMES[type(kind)]}"
    elif isinstance(kind, inspect.StrType):
        yield from _string_breaches(value, kind)
    elif isinstance(kind, inspect.IntType):
        if kind.ge is not None and value < kind.ge:
            yield f"should be >= {kind.ge}"
        elif kind.le is not None and value > kind.le:
            yield f"should be <= {kind.le}"
    elif isinstance(kind, inspect.LiteralType) and value not in kind.values:
        yield f"should be equal to one of the allowed values: {', '.join(map(str, kind.values))}"
    elif isinstance(kind, inspect.DateTimeType) and not _is_moment(value):
        yield "should be an ISO 8601 time with its offset"


def _string_breaches(value: str, kind: inspect.StrType) -> Iterator[str]:
    if kind.min_length is not None and len(value) < kind.min_length:
        yield f"should NOT be shorter than {kind.min_length} characters"
    elif kind.max_length is not None and len(value) > kind.max_length:
        yield f"should NOT be longer than {kind.max_length} characters"
    elif kind.pattern is not None and not re.search(kind.pattern, value):
        yield f'should match pattern "{kind.pattern}"'


def _is_moment(text: str) -> bool:
    try:
        return msgspec.convert(text, datetime).tzinfo is not None
    except msgspec.ValidationError:
        return False
