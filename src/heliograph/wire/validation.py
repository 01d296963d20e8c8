"""From the bytes of a body to its type, or to the list of everything that is wrong with it.

msgspec stops at the first violation. That is the fast path; only when it fails is the body walked again, to name all
violations in one answer, in the words of the validator whose messages the API document quotes (Ajv).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from heliograph.errors import BadRequest
from heliograph.wire.base import Body

B = TypeVar("B", bound=Body)

MALFORMED = "Request body is not valid JSON"
_NUL = b"\\u0000"
_MOST_TITLES = 20

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


def decode(body: bytes, kind: type[B], *, require_subscribe: bool) -> B:
    """The body as `kind`, with every rule between its fields kept.

    Raises:
        BadRequest: the body is not JSON, not of this type, or breaks a rule; one title for each violation.
    """
    try:
        value = msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise BadRequest(*_violations(body, kind, require_subscribe, str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest(MALFORMED) from None
    given = msgspec.to_builtins(value)
    if broken := list(kind.violations(given, require_subscribe=require_subscribe)):
        raise BadRequest(*broken)
    # PostgreSQL's text cannot hold NUL, so it is refused on every engine alike.
    if _NUL in body and _holds_nul(given):
        raise BadRequest("strings should NOT contain the NUL character")
    return value


def _violations(body: bytes, kind: type[Body], require_subscribe: bool, fallback: str) -> list[str]:
    """A title for each of the first violations; `fallback` where the walk finds none that it can name."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [MALFORMED]
    found = _walk(raw, inspect.type_info(kind), "")
    if isinstance(raw, dict):
        found = chain(found, kind.violations(raw, require_subscribe=require_subscribe))
    return [title.lstrip() for title in islice(found, _MOST_TITLES)] or [fallback]


def _walk(value: Any, kind: inspect.Type, path: str) -> Iterator[str]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _walk(value, inner, path)
        case inspect.UnionType(types=types):
            yield from _walk_union(value, types, path)
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            yield from _walk_fields(value, fields, path)
        case inspect.DictType(value_type=value_type) if isinstance(value, dict):
            for key, item in value.items():
                yield from _walk(item, value_type, f"{path}.{key}")
        case inspect.ListType(item_type=item_type, max_length=limit) if isinstance(value, list):
            if limit is not None and len(value) > limit:
                yield f"{path} should NOT have more than {limit} items"
            for index, item in enumerate(value):
                yield from _walk(item, item_type, f"{path}[{index}]")
        case _ if value is None:
            yield f"{path or 'body'} should not be null"
        case _:
            yield from (f"{path or 'body'} {breach}" for breach in _breaches(value, kind))


def _walk_union(value: Any, types: tuple[inspect.Type, ...], path: str) -> Iterator[str]:
    if value is None and any(isinstance(kind, inspect.NoneType) for kind in types):
        return
    kinds = [kind for kind in types if not isinstance(kind, inspect.NoneType)]
    if any(isinstance(kind, inspect.FloatType) for kind in kinds):
        kinds = [kind for kind in kinds if not isinstance(kind, inspect.IntType)]
    found = [list(_walk(value, kind, path)) for kind in kinds]
    if not all(found):
        return
    if len(kinds) == 1:
        yield from found[0]
    else:
        names = dict.fromkeys(_NAMES[type(kind)] for kind in kinds)
        yield f"{path} should be {' or '.join(names)}"


def _walk_fields(value: dict[str, Any], fields: tuple[inspect.Field, ...], path: str) -> Iterator[str]:
    for field in fields:
        if field.encode_name in value:
            name = f"{path}.{field.encode_name}" if path else field.encode_name
            yield from _walk(value[field.encode_name], field.type, name)
        elif field.required:
            yield f"{path} should have required property '{field.encode_name}'"


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


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(_holds_nul, value))
        case dict():
            return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return False
