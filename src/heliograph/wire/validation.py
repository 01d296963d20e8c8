"""Decodes the bytes of a body to its type, or to the list of its violations.

msgspec stops at the first violation, which is the fast path. Only if it fails, the body is walked again to report all
violations in one response, worded like those of Ajv, the validator whose messages the API document quotes.
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
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec
from msgspec import inspect

from heliograph.errors import BadRequest
from heliograph.wire.base import Body
from heliograph.wire.surrogates import replace_lone_surrogates

if TYPE_CHECKING:
    from typing_extensions import TypeForm

B = TypeVar("B")

MALFORMED = "Request body is not valid JSON"
MAX_DEPTH = 200
"""The nesting limit of objects and arrays. Responses nest a stored value more deeply, and must stay within the limits
of the JSON parsers of callers."""
# After an even number of backslashes, which are escaped backslashes.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NO_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""Each bracket as a signed byte: 1 for an opening one, -1 for a closing one."""
_MAX_TITLES = 20
_MAX_STEPS = 1_000
"""The limit of steps of the search for violations in an invalid body: enough for about 400 values. It bounds the time;
the first violation is always reported."""

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
def decode(body: bytes, kind: UnionType, *, require_subscribe: bool) -> Body: ...


@overload
def decode(body: bytes, kind: TypeForm[B], *, require_subscribe: bool) -> B: ...


def decode(body: bytes, kind: Any, *, require_subscribe: bool) -> Any:
    """The body as `kind`, after checking the rules between fields of the body and of the objects in it.

    Raises:
        BadRequest: the body is not JSON, has another type, or violates a rule. It has one title for each violation.
    """
    if _is_too_deep(body):
        raise BadRequest(MALFORMED)
    try:
        value = _parse(body, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(*_violations(body, kind, require_subscribe, str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest(MALFORMED) from None
    if titles := list(islice(_rule_violations(value, "", require_subscribe), _MAX_TITLES)):
        raise BadRequest(*titles)
    # PostgreSQL cannot store NUL in text, so it is refused on both engines. The operator `in` would raise and catch a
    # TypeError before it searches.
    if body.find(b"\\u0000") >= 0 and _NUL.search(body) and _NUL.search(msgspec.json.encode(value)):
        raise BadRequest("strings should NOT contain the NUL character")
    return value


def _parse(body: bytes, kind: Any) -> Any:
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decoder(kind).decode(_repair(body))


def _repair(body: bytes) -> bytes:
    """The body without a byte order mark and lone surrogates, which the decoder refuses.

    Only bodies that the decoder has refused are repaired, so other bodies cost nothing.
    """
    return replace_lone_surrogates(body.removeprefix(codecs.BOM_UTF8))


def _is_too_deep(body: bytes) -> bool:
    # Most bodies have too few brackets to be too deep.
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    # A body may have 100,000 brackets, so every step runs in C.
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    structure = unescaped.translate(None, _NO_STRUCTURE)
    brackets = structure.replace(b'""', b"")
    if b'"' in brackets:  # of a string that contains brackets
        brackets = b"".join(structure.split(b'"')[::2])
    return max(accumulate(memoryview(brackets.translate(_STEPS)).cast("b")), default=0) > MAX_DEPTH


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _rule_violations(value: Any, path: str, require_subscribe: bool, given: Any = None) -> Iterator[str]:
    """The titles of the violated rules between fields, of a body of the right type and of the objects in it.

    `given` is the value as JSON objects, if they exist already.
    """
    if isinstance(value, Body):
        if _has_rules(type(value)):
            given = msgspec.to_builtins(value) if given is None else given
            for title in value.violations(given, require_subscribe=require_subscribe):
                yield _title(path, title)
        for name, encoded in _objects_in(type(value)):
            if (inner := getattr(value, name)) is not None:
                yield from _rule_violations(inner, _member(path, encoded), require_subscribe)
    elif isinstance(value, list):
        for index, (item, given) in enumerate(zip(value, msgspec.to_builtins(value), strict=True)):
            yield from _rule_violations(item, f"{path}[{index}]", require_subscribe, given)


@cache
def _has_rules(kind: type[Body]) -> bool:
    return kind.violations.__func__ is not Body.violations.__func__  # type: ignore[attr-defined]


@cache
def _described(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


@cache
def _objects_in(kind: type[Body]) -> tuple[tuple[str, str], ...]:
    """The fields of a body that can contain other bodies, as pairs of their names in Python and in JSON."""
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


def _violations(body: bytes, kind: Any, require_subscribe: bool, message: str) -> list[str]:
    """The titles of the first violations."""
    try:
        raw = msgspec.json.decode(_repair(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [MALFORMED]
    found = _walk(raw, _described(kind), "", _Walk(require_subscribe))
    return list(islice(found, _MAX_TITLES)) or [_title(_place(message), "is not valid")]


def _place(message: str) -> str:
    """The path in an error message of the decoder."""
    found = re.search(r"at `\$\.?([^`]*)`", message)
    return found[1] if found and found[1] else "body"


def _title(path: str, title: str) -> str:
    return f"{path} {title}" if path else title


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@dataclass
class _Walk:
    """The state of a walk over the values of an invalid body: the number of remaining steps."""

    require_subscribe: bool
    left: int = _MAX_STEPS


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
            yield from (f"{path or 'body'} {title}" for title in _value_violations(value, kind))


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
    fitting = [kind for kind in kinds if type(value) in _PYTHON_TYPES.get(type(kind), ())]
    if len(fitting or kinds) == 1:
        yield from _walk(value, (fitting or kinds)[0], path, walk)
    elif not any(_fits(value, kind, path, walk) for kind in kinds):
        names = dict.fromkeys(_NAMES[type(kind)] for kind in kinds)
        yield f"{path} should be {' or '.join(names)}"


def _fits(value: Any, kind: inspect.Type, path: str, walk: _Walk) -> bool:
    # Usually the type of the value decides.
    types = _PYTHON_TYPES.get(type(kind))
    if types is not None and type(value) not in types:
        return False
    return next(_walk(value, kind, path, walk), None) is None


def _walk_tagged(
    value: Any, kinds: dict[str | int | None, inspect.StructType], path: str, walk: _Walk
) -> Iterator[str]:
    """Walk a tagged union: an object of the type that its tag field names."""
    first = next(iter(kinds.values()))
    assert first.tag_field is not None
    if not isinstance(value, dict):
        yield from _walk(value, first, path, walk)
    elif first.tag_field not in value:
        yield _title(path, f"should have required property '{first.tag_field}'")
    else:
        tag = value[first.tag_field]
        tags = inspect.LiteralType(tuple(sorted(map(str, kinds))))
        invalid = list(_walk(tag, tags, _member(path, first.tag_field), walk))
        yield from invalid or _walk(value, kinds[tag], path, walk)


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
        yield f".{path}: should not have fewer than {kind.min_length} items"
    if kind.max_length is not None and len(value) > kind.max_length:
        yield f".{path}: should not have more than {kind.max_length} items"
    for index, item in enumerate(value[: walk.left]):
        yield from _walk(item, kind.item_type, f"{path}[{index}]", walk)


def _value_violations(value: Any, kind: inspect.Type) -> Iterator[str]:
    # In Python, unlike in JSON, a bool is an int.
    expected = _PYTHON_TYPES.get(type(kind), (object,))
    if type(value) not in expected and object not in expected:
        yield f"should be {_NAMES[type(kind)]}"
    elif isinstance(kind, inspect.StrType):
        yield from _string_violations(value, kind)
    elif isinstance(kind, inspect.IntType | inspect.FloatType):
        if kind.ge is not None and value < kind.ge:
            yield f"should be >= {kind.ge}"
        elif kind.le is not None and value > kind.le:
            yield f"should be <= {kind.le}"
    elif isinstance(kind, inspect.LiteralType) and value not in kind.values:
        yield f"should be equal to one of the allowed values: {', '.join(map(str, kind.values))}"
    elif isinstance(kind, inspect.DateTimeType) and not _is_moment(value):
        yield "should be an ISO 8601 time with its offset"


def _string_violations(value: str, kind: inspect.StrType) -> Iterator[str]:
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
